import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where commands are run, and what they see.
 *
 * @typedef {object} Workspace
 * @property {string} folder a new one, with the programs and the package
 * @property {boolean} isShort with fewer inputs
 * @property {number | 'full' | 'pipe'} width of the terminal; `full` leaves out nothing, `pipe` has no terminal
 */

/**
 * Calls `use` with a new folder, and removes it afterwards.
 *
 * @template T
 * @param {Omit<Workspace, 'folder'>} settings
 * @param {(workspace: Workspace) => Promise<T>} use
 */
export async function inWorkspace(settings, use) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-docs-'));
  try {
    cpSync(new URL('programs', import.meta.url), folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(folder, 'node_modules', 'stageprof'));
    return await use({ folder, ...settings });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
