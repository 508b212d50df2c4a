import { AsyncResource } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import type { Accounting } from '../../src/accounting/accounting.js';
import type { Fold } from '../../src/model/fold.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { FREE, scripted } from '../support/scripted-sampler.js';
import { collectGarbage, KIB } from '../support/workloads.js';

const LABELS = ['a', 'b', 'c'];
const DEPTH = 3;

/** Stages nested three deep: in turn handles, callbacks, and handles that end in the order of opening. */
function stages(profiler: StageProfiler, count: number): void {
  for (let i = 0; i < count; i += DEPTH) {
    const [a, b, c] = [LABELS[i % 3]!, LABELS[(i + 1) % 3]!, LABELS[(i + 2) % 3]!];
    if (i % 2 === 0) profiler.stage(a, () => profiler.stage(b, () => profiler.stage(c, () => i)));
    else {
      const handles = [profiler.stage(a), profiler.stage(b), profiler.stage(c)];
      if (i % 5 !== 0) handles.reverse();
      for (const handle of handles) handle.end();
    }
  }
}

async function asyncStages(profiler: StageProfiler, count: number): Promise<void> {
  const pair = (): Promise<unknown> => profiler.stage('a', () => profiler.stage('b', async () => null));
  for (let i = 0; i < count; i += 6) await Promise.all([pair(), pair(), pair()]);
}

/** What outlives a chain of stages, and keeps the context of its last one. */
const last: AsyncResource[] = [];

/** A chain in which each stage starts the next one before or after it has ended, in its own context. */
function linked(startsNext: (next: () => void) => void | Promise<void>) {
  return (profiler: StageProfiler, count: number) =>
    new Promise<void>((resolve) => {
      let left = count;
      const next = () => {
        if (--left > 0) void profiler.stage('link', () => startsNext(next));
        else {
          last.push(new AsyncResource('last'));
          // The stage that came here has not ended yet.
          setImmediate(resolve);
        }
      };
      next();
    });
}

const nextBeforeTheEnd = linked(async (next) => {
  await null;
  next();
});

const nextAfterTheEnd = linked((next) => void setImmediate(next));

function usedHeap(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function opened() {
  let accounting: Accounting | undefined;
  const seen = (made: Accounting) => {
    accounting = made;
  };
  const profiler = new StageProfiler({}, { stageCost: FREE, seen });
  return { profiler, accounting: accounting! };
}

/** Numbers of rows, open calls, free calls of the pool, and entries of peaks. */
function sizes(accounting: Accounting) {
  const { store, calls, fold } = accounting as unknown as {
    store: { length: number };
    calls: { length: number; free: { newer: unknown } | null };
    fold: Fold;
  };
  let free = 0;
  for (let call = calls.free; call !== null; call = call.newer as typeof call) free++;
  return {
    rows: store.length,
    open: calls.length,
    free,
    peaks: fold.peakEntries(),
  };
}

test.each<[string, (profiler: StageProfiler, count: number) => void | Promise<void>, number]>([
  ['handles and callbacks', stages, 300_000],
  ['callbacks that overlap', asyncStages, 120_000],
  ['callbacks that each start the next before they end', nextBeforeTheEnd, 60_000],
  ['callbacks that each start the next after they have ended', nextAfterTheEnd, 60_000],
])('after hundreds of thousands of stages, %s, no more is held than after the first', async (_form, run, count) => {
  const { profiler, accounting } = opened();
  await run(profiler, count / 5);
  const [sizesBefore, heapBefore] = [sizes(accounting), usedHeap()];
  await run(profiler, count);
  const grown = usedHeap() - heapBefore;
  const held = sizes(accounting);
  expect(held).toMatchObject({ rows: sizesBefore.rows, open: 1, free: sizesBefore.free });
  expect(held.peaks).toBeLessThanOrEqual(34);
  expect(held.free).toBeLessThanOrEqual(16);
  // 2 bytes for each stage would be 600 KiB.
  expect(grown).toBeLessThan(256 * KIB);
  expect(profiler.report().stages.every(({ open }) => open === 0)).toBe(true);
  profiler.close();
});

describe('while every level falls, so that each window begins lower than all before', () => {
  test('calls that end in the reverse order of opening leave one entry of peaks', () => {
    const { profiler, sampler, accounting } = scripted();
    for (let kib = 2_000; kib > 0; kib--) {
      sampler.set({ js_used_bytes: kib * KIB });
      profiler.stage('a', () => profiler.stage('b', () => sampler.set({ js_used_bytes: kib * KIB - 1 })));
    }
    expect(sizes(accounting).peaks).toBe(1);
  });

  test('calls that end in the order of opening leave a number of entries that depends on how many are open', async () => {
    const { profiler, sampler, accounting } = scripted();
    const open: (() => Promise<void>)[] = [];
    let most = 0;
    for (let kib = 2_000; kib > 0; kib--) {
      sampler.set({ js_used_bytes: kib * KIB });
      let settle = (): void => {};
      const ended = profiler.stage('a', () => new Promise<void>((resolve) => (settle = resolve)));
      open.push(() => {
        settle();
        return ended;
      });
      if (open.length > 3) await open.shift()!();
      most = Math.max(most, sizes(accounting).peaks);
    }
    expect(most).toBeLessThanOrEqual(50);
  });
});

test('calls that are open for the whole run hold no trace of those that come and go beside them', async () => {
  const { profiler, accounting } = opened();
  let settle = (): void => {};
  const long = Array.from({ length: 5 }, (_, i) =>
    profiler.stage(`long ${i}`, () => new Promise<void>((resolve) => (settle = chain(settle, resolve)))),
  );
  stages(profiler, 60_000);
  const heapBefore = usedHeap();
  stages(profiler, 300_000);
  const grown = usedHeap() - heapBefore;
  const held = sizes(accounting);
  expect(held.open).toBe(6);
  expect(held.peaks).toBeLessThanOrEqual(2 * held.open + 34);
  expect(grown).toBeLessThan(256 * KIB);
  settle();
  await Promise.all(long);
  profiler.close();
});

const chain =
  (first: () => void, second: () => void): (() => void) =>
  () => {
    first();
    second();
  };
