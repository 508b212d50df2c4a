import { describe, expect, test } from 'vitest';
import type { NativeThread } from '../../src/native/addon.js';
import { groupThreads, type ProcessSetup } from '../../src/threads/thread-groups.js';

const SETUP: ProcessSetup = {
  pid: 100,
  poolSize: 4,
  v8Workers: 4,
  hasInspectorThread: true,
  poolIds: new Set(),
};

const POOL_VARIABLE = 0x5000;
const UNNAMED = 'node';

type Traits = Partial<NativeThread>;

const idle = (name: string): Traits => ({ name, waitsFor: 'memory', waitsAt: 0x9000_0000 });
const inLibuv = (waitsAt: number, name = UNNAMED): Traits => ({
  name,
  waitsFor: 'memory',
  waitsAt,
  waitsInLibuv: true,
});
const poolIdle = inLibuv(POOL_VARIABLE);
const busy: Traits = { name: UNNAMED };

/** Threads in the order in which they were made. The first is the main thread and the caller. */
function made(...traits: readonly Traits[]): NativeThread[] {
  return traits.map((own, index) => ({
    id: SETUP.pid + index,
    cpuNs: 0,
    name: UNNAMED,
    isCalling: index === 0,
    isJs: index === 0,
    waitsFor: null,
    waitsAt: 0,
    waitsInLibuv: false,
    ...own,
  }));
}

const LETTERS = {
  this_thread: 'T',
  js_threads: 'J',
  v8_helpers: 'v',
  libuv_pool: 'p',
  node_helpers: 'n',
  named_threads: 'A',
  unnamed_threads: '?',
  ended_threads: 'e',
} as const;

/** One letter for each thread. */
function letters(threads: NativeThread[], setup: Partial<ProcessSetup> = {}): string {
  return groupThreads(threads, { ...SETUP, ...setup })
    .grouped.map(({ group }) => LETTERS[group])
    .join('');
}

const scheduler = (name: string): Traits => ({ name, waitsFor: 'events' });
const workers = (name: string): Traits[] => Array(4).fill(idle(name));
const inspector = inLibuv(0x4000);

const STARTED = {
  20: [{}, scheduler(UNNAMED), ...workers(UNNAMED), inspector],
  22: [{}, scheduler('DelayedTaskSche'), ...workers(UNNAMED), inspector],
  24: [
    { name: 'MainThread' },
    scheduler('DelayedTaskSche'),
    ...workers('V8Worker'),
    { ...inspector, name: 'SignalInspector' },
  ],
  26: [
    { name: 'node-MainThread' },
    scheduler('DelayedTaskSche'),
    ...workers('node-V8Worker'),
    { ...inspector, name: 'SignalInspector' },
  ],
} as const satisfies Record<number, Traits[]>;

const LINES = [20, 22, 24, 26] as const;

describe.each(LINES)('threads of Node %i', (line) => {
  const poolThread = line === 20 ? poolIdle : { ...poolIdle, name: 'libuv-worker' };
  const inherited = (STARTED[line][0] as Traits).name ?? UNNAMED;

  test('at their start are told apart', () => {
    expect(letters(made(...STARTED[line]))).toBe('Tvvvvvn');
  });

  test('are told apart with the pool, workers and threads of addons', () => {
    const threads = made(
      ...STARTED[line],
      ...Array<Traits>(4).fill(poolThread),
      { name: inherited, isJs: true, waitsFor: 'events' },
      { name: 'libvips worker' },
      { name: inherited },
    );
    expect(letters(threads)).toBe('TvvvvvnppppJA?');
  });

  test('made for an addon by a thread of the pool are not the pool', () => {
    const child = { ...busy, name: poolThread.name ?? UNNAMED };
    expect(letters(made(...STARTED[line], ...Array<Traits>(4).fill(poolThread), child))).toBe('Tvvvvvnpppp?');
  });
});

describe('a pool without names', () => {
  const start = STARTED[20];

  test('is not taken for the thread of the inspector if it has one thread', () => {
    expect(letters(made(...start, poolIdle), { poolSize: 1 })).toBe('Tvvvvvnp');
    expect(letters(made(...start.slice(0, -1), poolIdle), { poolSize: 1, hasInspectorThread: false })).toBe('Tvvvvvp');
  });

  test('is found whole where all its threads but one are busy', () => {
    expect(letters(made(...start, busy, poolIdle, busy, busy))).toBe('Tvvvvvnpppp');
    expect(letters(made(...start, busy, busy, busy, poolIdle, { name: 'libvips worker' }))).toBe('TvvvvvnppppA');
  });

  test('takes both futexes of its variable for one', () => {
    const other = inLibuv(POOL_VARIABLE + 4);
    expect(letters(made(...start, poolIdle, other, other, poolIdle))).toBe('Tvvvvvnpppp');
  });

  test('that cannot be told from other threads without names keeps what is sure, and says so', () => {
    const threads = made(...start, busy, busy, poolIdle, busy, poolIdle, busy);
    const { doubts } = groupThreads(threads, SETUP);
    expect(letters(threads)).toBe('Tvvvvvn??ppp?');
    expect(doubts.at(-1)).toMatch('3 of 4 threads were found');
  });

  test('that has never been seen idle stays unnamed, and says so', () => {
    const threads = made(...start, busy, busy, busy, busy);
    expect(letters(threads)).toBe('Tvvvvvn????');
    expect(groupThreads(threads, SETUP).doubts.at(-1)).toMatch('was idle');
  });

  test('is known by what was seen before', () => {
    const poolIds = new Set([107, 108, 109, 110]);
    expect(letters(made(...start, busy, busy, busy, busy, busy), { poolIds })).toBe('Tvvvvvnpppp?');
  });

  test('is not made of threads that wait elsewhere in libuv', () => {
    const elsewhere = inLibuv(0x7000);
    expect(letters(made(...start, ...Array<Traits>(4).fill(poolIdle), elsewhere))).toBe('Tvvvvvnpppp?');
  });
});

test('as many V8 workers are told by order as were asked for, and no thread of another kind', () => {
  const threads = made({}, scheduler(UNNAMED), idle(UNNAMED), inspector, poolIdle, poolIdle, poolIdle, poolIdle);
  expect(letters(threads, { v8Workers: 1 })).toBe('Tvvnpppp');
  expect(letters(threads, { v8Workers: 4 })).toBe('Tvvnpppp');
});
