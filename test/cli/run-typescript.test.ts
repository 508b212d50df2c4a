import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const library = new URL('../../dist/index.js', import.meta.url).href;

/** `import` of a module from a folder where it is not installed. */
const tsx = pathToFileURL(join(import.meta.dirname, '../../node_modules/tsx/dist/loader.mjs')).href;

const PROGRAM = `import { activeProfiler } from '${library}';
enum Kind { A = 'a' }
activeProfiler().stage(Kind.A, (): number => 1);\n`;

test('stages of a program in TypeScript are measured under tsx', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'app.mts'), PROGRAM);
  const command = [process.execPath, '--import', tsx, 'app.mts'];
  const { exitCode } = await runCli(['run', '--out', 'report.json', '--', ...command], { cwd: folder });
  expect(exitCode).toBe(0);
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  expect(report).toMatchObject({ native_memory_traced: true, stages: [{ stage: 'a', calls: 1 }] });
});

test('a module in the place of a program is one line that says how to run it', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'app.mjs'), 'export {};\n');
  const { exitCode, lines } = await runCli(['run', '--', 'app.mjs'], { cwd: folder });
  expect(exitCode).toBe(126);
  expect(lines).toEqual(['stageprof: app.mjs: cannot be executed, it is a module: stageprof run -- node app.mjs']);
});
