import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { scannedChildren } from '../../src/os/process-children.js';
import { readProcessStat } from '../../src/os/process-stat.js';
import { ProcessWatch, type WatchOptions } from '../../src/run/process-watch.js';
import type { SeenProcess } from '../../src/run/run-process.js';

interface Started {
  readonly pid: number;
  readonly startMs: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
}

/** A shell that prints when its script is ready. */
async function started(script: string): Promise<Started> {
  const startMs = Date.now();
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  onTestFinished(() => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {}
  });
  await once(child.stdout!, 'data');
  return { pid: child.pid!, startMs, stdin: child.stdin!, stdout: child.stdout! };
}

function watching({ pid, startMs }: Started, options?: WatchOptions): ProcessWatch {
  const watch = new ProcessWatch(options);
  watch.start(pid, startMs);
  onTestFinished(() => watch.end());
  return watch;
}

/** Looks until all processes have their final state: a shell may be seen before it executes another program. */
async function lookUntil(
  watch: ProcessWatch,
  holds: (seen: readonly SeenProcess[]) => boolean,
): Promise<readonly SeenProcess[]> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    watch.look();
    if (holds(watch.seen())) break;
    await delay(5);
  }
  return watch.seen();
}

const isSleep = ({ command }: SeenProcess) => command === 'sleep 1000';

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (readProcessStat(pid) !== null) await delay(5);
}

test('sees the processes that a program has started, at any depth, with what each has used', async () => {
  const child = await started(
    `${process.execPath} -e "globalThis.kept = Buffer.alloc(100 << 20, 1); for (const end = Date.now() + 300; Date.now() < end;); console.log(1); setInterval(() => {}, 1000)" & wait`,
  );
  const watch = watching(child);
  watch.look();
  const [shell, node, ...others] = watch.seen();
  expect(others).toEqual([]);
  expect(shell).toMatchObject({ pid: child.pid, parentPid: process.pid, command: expect.stringMatching(/^sh -c /) });
  expect(node).toMatchObject({ parentPid: child.pid, command: expect.stringMatching(/ -e globalThis\.kept = /) });
  expect(node!.rssKib).toBeGreaterThan(100 * 1024);
  expect(node!.peakRssKib).toBeGreaterThanOrEqual(node!.rssKib!);
  expect(node!.cpuS).toBeGreaterThan(0.05);
  expect(shell!.rssKib).toBeLessThan(50 * 1024);
});

test.each([
  ['of the kernel', {}],
  ['of all parents', { findChildren: scannedChildren }],
])('finds children by the list %s', async (_, options) => {
  const child = await started('sh -c "sleep 1000; true" & echo $!; wait');
  const [top, inner, sleep] = await lookUntil(watching(child, options), (seen) => seen.some(isSleep));
  expect([top!.pid, inner!.parentPid, sleep!.parentPid]).toEqual([child.pid, child.pid, inner!.pid]);
});

test('keeps processes that have ended, and the first parent of those that lost it', async () => {
  const child = await started('sh -c "sleep 1000; true" & echo $!; wait; sleep 2000');
  const watch = watching(child);
  const before = await lookUntil(watch, (seen) => seen.some(isSleep));
  await kill(before[1]!.pid);
  watch.look();
  const gone = watch.seen()[1]!;
  await delay(20);
  watch.look();
  const after = watch.seen();
  expect(after.slice(0, 3).map(({ pid, parentPid }) => [pid, parentPid])).toEqual(
    before.map(({ pid, parentPid }) => [pid, parentPid]),
  );
  expect(readProcessStat(before[2]!.pid)!.parentPid).not.toBe(before[1]!.pid);
  expect(after[2]!.wallS).toBeGreaterThan(before[2]!.wallS);
  expect(after[1]!.wallS).toBe(gone.wallS);
});

test('shows the command that a process executes later, with the same start', async () => {
  const child = await started('echo 1; read line; exec cat');
  const watch = watching(child);
  const [before] = watch.seen();
  child.stdin.write('\n');
  const seen = await lookUntil(watch, ([shell]) => shell!.command === 'cat');
  expect(before!.command).toMatch(/^sh -c /);
  expect(seen).toMatchObject([{ command: 'cat', pid: child.pid, startMs: before!.startMs }]);
});

test('looks by itself after the start, and once more at the end', async () => {
  const child = await started('echo 1; read line; sleep 1000 & echo $!; wait');
  const watch = new ProcessWatch();
  watch.start(child.pid, child.startMs);
  expect(watch.seen()).toHaveLength(1);
  child.stdin.write('\n');
  await once(child.stdout, 'data');
  await expect.poll(() => watch.seen()).toHaveLength(2);
  const { wallS } = watch.seen()[1]!;
  await delay(20);
  watch.end();
  expect(watch.seen()[1]!.wallS).toBeGreaterThan(wallS);
});

test('where there are too many, forgets those that have ended, and then remembers no others', async () => {
  const [program, ended, later, last] = await Promise.all([1, 2, 3, 4].map(() => started('echo 1; exec sleep 1000')));
  let children = [ended!.pid];
  const findChildren = () => (pid: number) => (pid === program!.pid ? children : []);
  const watch = watching(program!, { mostRemembered: 2, findChildren });
  const pids = () => {
    watch.look();
    return watch.seen().map(({ pid }) => pid);
  };
  expect(pids()).toEqual([program!.pid, ended!.pid]);
  await kill(ended!.pid);
  children = [later!.pid, last!.pid];
  expect(pids()).toEqual([program!.pid, last!.pid]);
  expect(pids()).toEqual([program!.pid, last!.pid]);
  expect(watch.forgotten).toBe(1);
});

test('after an expensive look there is none for two hundred times as long', async () => {
  const child = await started('echo 1; exec cat');
  let usedMs = 0;
  const watch = watching(child, {
    usedMs: () => {
      usedMs += 20;
      return usedMs;
    },
  });
  expect(watch.look()).toBe(4_000);
});

test('does not look at a program that has ended', () => {
  const watch = new ProcessWatch();
  watch.start(2 ** 22 + 1, Date.now());
  watch.end();
  expect(watch.seen()).toEqual([]);
});
