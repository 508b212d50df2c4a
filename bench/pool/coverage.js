/**
 * How much of the CPU that work uses off the JS thread is used by libuv's pool, and how much of that do the rewritten
 * imports of addons see?
 *
 *   npm run build && node bench/pool/coverage.js
 *   POOL_PACKAGES=DIR node bench/pool/coverage.js     with bcrypt, argon2, @node-rs/bcrypt, snappy, classic-level and
 *                                                    @duckdb/node-api installed in DIR
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineFacts } from '../machine.js';
import { WORK } from './work.js';

if (process.argv[2] === undefined) report();
else await runOne(process.argv[2]);

async function runOne(name) {
  const { StageProfiler } = await import('../../dist/index.js');
  const profiler = new StageProfiler({ measure: ['cpu'], threads: true });
  await profiler.stage('work', WORK[name]);
  process.stdout.write(JSON.stringify(profiler.threads()));
}

function report() {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-pool-'));
  const library = join(folder, 'rebind.so');
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-fvisibility=hidden', '-o', library, here('rebind.c'), '-ldl']);
  for (const [heading, value] of machineFacts()) console.log(`${heading}: ${value}`);
  console.log('');
  console.log(
    '| work | process CPU | JS thread | pool | other threads | interposed calls | rebound imports | calls seen | CPU seen | of the pool | of all off the JS thread |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const name of Object.keys(WORK)) console.log(measure(name, library, join(folder, 'out')));
  rmSync(folder, { recursive: true });
}

function measure(name, library, out) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name], {
    encoding: 'utf8',
    env: { ...process.env, LD_PRELOAD: library, STAGEPROF_REBIND: '1', STAGEPROF_REBIND_OUT: out },
  });
  if (status !== 0) {
    const missing = /Cannot find module '(.*?)'/.exec(stderr)?.[1];
    return `| ${name} | ${missing === undefined ? stderr.trim().split('\n').at(-1) : `${missing} is not installed`} |`;
  }
  const { groups } = JSON.parse(stdout);
  const cpu = (...names) => groups.reduce((sum, row) => (names.includes(row.group) ? sum + row.cpu_s : sum), 0);
  const seen = JSON.parse(readFileSync(out, 'utf8'));
  const pool = cpu('libuv_pool');
  // V8's helpers work for the JS thread.
  const others = cpu('named_threads', 'unnamed_threads', 'ended_threads');
  const total = groups.reduce((sum, row) => sum + row.cpu_s, 0);
  const cells = [
    name,
    seconds(total),
    seconds(cpu('this_thread')),
    seconds(pool),
    seconds(others),
    seen.interposed,
    `${seen.slots} (${seen.readOnlySlots} read-only)`,
    seen.queued + seen.uvQueued,
    seconds(seen.executeS),
    percent(seen.executeS / pool),
    percent(seen.executeS / (pool + others)),
  ];
  return `| ${cells.join(' | ')} |`;
}

function seconds(value) {
  return `${value.toFixed(3)} s`;
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

function here(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}
