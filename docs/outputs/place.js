import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Calls with a new folder that has the programs, and the package as installed.
 *
 * @template T
 * @param {Omit<import('./outputs.js').Place, 'folder'>} how
 * @param {(place: import('./outputs.js').Place) => Promise<T>} use
 */
export async function inPlace(how, use) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-docs-'));
  try {
    cpSync(new URL('programs', import.meta.url), folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(folder, 'node_modules', 'stageprof'));
    return await use({ folder, ...how });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
