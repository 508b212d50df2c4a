// node bench/stacks/tables.js
// What memory the tables of native stacks take when many samples are live: the same program with and without them. Each block is in
// the sample. Needs the built package and a C compiler.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineFacts } from '../machine.js';

const folder = mkdtempSync(join(tmpdir(), 'stageprof-tables-'));
const program = join(folder, 'full_tables');
const source = fileURLToPath(new URL('full_tables.c', import.meta.url));
const tracker = fileURLToPath(new URL('../../build/Release/libstageprof_tracker.so', import.meta.url));

function run(command, args, env = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return stdout;
}

try {
  run('cc', ['-std=gnu11', '-O1', '-fno-builtin', '-o', program, source]);
  const TRACKED = { LD_PRELOAD: tracker, STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_LIVE: '2' };
  for (const [heading, value] of machineFacts().slice(0, 4)) process.stdout.write(`${heading}: ${value}\n`);
  process.stdout.write('live samples  MiB of the tables  bytes a sample\n');
  for (const blocks of [10_000, 100_000, 348_000, 500_000, 1_000_000, 1_250_000]) {
    const [plain, tracked] = [{}, { ...TRACKED, STAGEPROF_TRACK_STACKS: '1' }].map((env) =>
      Number(run(program, [`${blocks}`], env)),
    );
    const kib = tracked - plain;
    const cells = [blocks.toLocaleString('en-US').padStart(12), (kib / 1024).toFixed(1).padStart(17)];
    process.stdout.write(`${cells.join('  ')}  ${((kib * 1024) / blocks).toFixed(0).padStart(14)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
