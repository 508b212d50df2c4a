// How long does it take from a process whose memory grows to who holds it, and what do other means tell in that time?
//
//   node bench/attach.js [--rounds N] [--heaptrack]
//
// With --heaptrack that contender alone is asked.
//
// 0x and clinic are no contenders: they start the program themselves.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(root, 'dist/cli/main.js');
const GROWING = join(root, 'bench/programs/growing.cjs');
const BY_HAND = join(root, 'bench/contenders/heap-by-hand.js');
const SECONDS = 5;
/** The program has grown for so long when it is first looked at. */
const GROWN_MS = 2000;
const HEAPTRACK_S = 20;

/** Who holds what grows: the first holder that is named, and the function. */
const TRUTH = {
  buffers: [/^grew .*?: Buffers \+/m, /keepBuffers growing\.cjs/],
  objects: [/^grew .*?: JS heap \+/m, /keepObjects growing\.cjs/],
  streams: [/^grew .*?: live native blocks \+/m, /keepStreams growing\.cjs/],
  worker: [/^grew .*?: heaps of workers \+/m, /keepInWorker .*, on helper/s],
};

const roundsAt = process.argv.indexOf('--rounds');
const rounds = roundsAt === -1 ? 3 : Number(process.argv[roundsAt + 1]);

console.log(
  `node ${process.version}, Linux ${release()}, ${cpus().length} CPUs ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`,
);
console.log(
  '| who grows | means | s | names | stops the program | afterwards |\n| --- | --- | --- | --- | --- | --- |',
);
const isHeaptrackOnly = process.argv.includes('--heaptrack');
for (const who of isHeaptrackOnly ? [] : Object.keys(TRUTH)) {
  for (let round = 0; round < rounds; round++) await row(who, 'stageprof attach', withAttach);
  await row(who, 'script by hand', withScript);
}
for (let round = 0; round < 2; round++) await row('streams', 'heaptrack -p', withHeaptrack);

async function row(who, means, look) {
  const program = spawn(process.execPath, [GROWING, who], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(program, 'exit');
  await once(program.stdout, 'data');
  await delay(GROWN_MS);
  const begun = performance.now();
  const { names, stops } = await look(who, program.pid);
  const seconds = (performance.now() - begun) / 1000;
  await delay(500);
  const isThere = program.exitCode === null && program.signalCode === null;
  const after = isThere ? 'goes on' : `ENDED: ${program.signalCode ?? program.exitCode}`;
  console.log(`| ${who} | ${means} | ${seconds.toFixed(1)} | ${names} | ${stops} | ${after} |`);
  program.kill('SIGKILL');
  await ended;
}

async function withAttach(who, pid) {
  const args = [MAIN, 'attach', String(pid), '--for', String(SECONDS), '--stacks', 'cpu,native', '--full'];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const [holder, where] = TRUTH[who];
  const names = [
    holder.test(stdout) ? 'holder' : 'NOT THE HOLDER',
    where.test(stdout) ? 'function' : 'NOT THE FUNCTION',
  ];
  return { names: names.join(', '), stops: 'see docs/attach.md' };
}

async function withScript(_, pid) {
  const { stdout } = spawnSync(process.execPath, [BY_HAND, String(pid), String(SECONDS)], { encoding: 'utf8' });
  const { grownKib, snapshotBytes, stoppedMs } = JSON.parse(stdout);
  const grown = Object.entries(grownKib).map(([name, kib]) => `${name} ${(kib / 1024).toFixed(0)}`);
  return {
    names: `MiB: ${grown.join(', ')}; snapshots of ${(snapshotBytes / 2 ** 20).toFixed(0)} MiB to search`,
    stops: `${stoppedMs} ms`,
  };
}

async function withHeaptrack(_, pid) {
  if (!existsSync('/usr/bin/heaptrack')) return { names: 'not installed', stops: '' };
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-heaptrack-'));
  // It is a shell script that starts gdb and a reader, and may wait for ever for a program that has died: timeout ends all of them.
  const limits = ['-s', 'INT', '-k', String(HEAPTRACK_S), String(SECONDS)];
  const command = ['heaptrack', '-o', join(folder, 'trace'), '-p', String(pid)];
  await once(spawn('timeout', [...limits, ...command], { stdio: 'ignore' }), 'exit');
  const files = readdirSync(folder).map(
    (name) => `${name.replace(/^.*trace/, 'trace')} ${(statSync(join(folder, name)).size / 1024).toFixed(0)} KiB`,
  );
  rmSync(folder, { recursive: true, force: true });
  return {
    names: files.length === 0 ? 'nothing' : `${files.join(', ')}, to be read by heaptrack_print`,
    stops: 'while gdb loads it',
  };
}
