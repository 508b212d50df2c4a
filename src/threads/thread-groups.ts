import { Array, Math, Object, Set } from '../host/intrinsics.js';
import type { ThreadGroup } from '../model/thread-cpu.js';
import type { NativeThread } from '../native/binding.js';

export interface Grouped {
  readonly thread: NativeThread;
  readonly group: ThreadGroup;
}

/** What the process was started with. */
export interface ThreadFacts {
  readonly pid: number;
  readonly poolSize: number;
  readonly v8Workers: number;
  readonly hasInspectorThread: boolean;
  /** Threads known from an earlier look to be of libuv's pool. */
  readonly poolIds: ReadonlySet<number>;
}

export interface Grouping {
  readonly grouped: readonly Grouped[];
  /** What could only be told by order and waiting, or not at all. */
  readonly doubts: readonly string[];
}

/** Names the kernel has of Node's own threads, 15 bytes of them: from Node 22 the pool's, from 24 all. */
const NAMES: Readonly<Record<string, ThreadGroup>> = {
  MainThread: 'js_threads',
  'node-MainThread': 'js_threads',
  WorkerThread: 'js_threads',
  V8Worker: 'v8_helpers',
  'node-V8Worker': 'v8_helpers',
  DelayedTaskSche: 'v8_helpers',
  SignalInspector: 'node_helpers',
};

const POOL_NAME = 'libuv-worker';

/**
 * Condition variables of glibc wake their waiters by two futexes in turn, 4 bytes from each other; no two variables
 * are that near.
 */
const SAME_VARIABLE_BYTES = 8;

/**
 * Puts each thread into its group. Where Node does not name its threads, the order in which they were made tells: it
 * makes the scheduler of delayed tasks, V8's workers and the inspector's thread before any addon or script runs, and
 * libuv makes all threads of its pool at once. What they wait for confirms it.
 */
export function groupThreads(threads: readonly NativeThread[], facts: ThreadFacts): Grouping {
  const groups = Array.from<unknown, ThreadGroup | undefined>(threads, () => undefined);
  const doubts: string[] = [];
  // What a thread that nobody named is called: as its maker, and so on up to the main thread.
  const inherited = new Set(['node', POOL_NAME, ...Object.keys(NAMES)]);
  for (const { id, name } of threads) if (id === facts.pid) inherited.add(name);

  const pool = poolByName(threads, facts);
  threads.forEach((thread, index) => {
    if (thread.isCalling) groups[index] = 'this_thread';
    else if (thread.isJs || thread.id === facts.pid) groups[index] = 'js_threads';
    else if (pool.has(index)) groups[index] = 'libuv_pool';
    // A thread an addon makes on the main thread is called as that one.
    else if (!thread.name.endsWith('MainThread')) groups[index] = NAMES[thread.name];
    if (groups[index] === undefined && !inherited.has(thread.name)) groups[index] = 'named_threads';
  });
  if (findStartupThreads(threads, groups, facts)) doubts.push("V8's helpers are told by the order of their making");
  if (pool.size === 0) doubts.push(...findPool(threads, groups, facts));

  const grouped = threads.map((thread, index) => ({ thread, group: groups[index] ?? 'unnamed_threads' }));
  return { grouped, doubts };
}

/** The first threads of that name: those that a thread of the pool makes, and nobody names, are called the same. */
function poolByName(threads: readonly NativeThread[], { poolSize }: ThreadFacts): ReadonlySet<number> {
  const named = [...threads.keys()].filter((index) => threads[index]!.name === POOL_NAME && !threads[index]!.isJs);
  return new Set(named.slice(0, poolSize));
}

/** True where they had to be found by order. */
function findStartupThreads(
  threads: readonly NativeThread[],
  groups: (ThreadGroup | undefined)[],
  { v8Workers, hasInspectorThread }: ThreadFacts,
): boolean {
  if (threads.some(({ name }) => name === 'V8Worker' || name === 'node-V8Worker')) return false;
  let next = threads.findIndex(({ name }) => name === 'DelayedTaskSche');
  // The scheduler waits for events, and so do JS threads, which are made later.
  if (next < 0) next = threads.findIndex(({ waitsFor }, index) => groups[index] === undefined && waitsFor === 'events');
  if (next < 0) return false;
  groups[next++] = 'v8_helpers';
  for (let worker = 0; worker < v8Workers; worker++, next++) {
    if (groups[next] !== undefined || threads[next]?.waitsInLibuv !== false) break;
    groups[next] = 'v8_helpers';
  }
  if (hasInspectorThread && groups[next] === undefined && threads[next]?.waitsInLibuv === true) {
    groups[next] = 'node_helpers';
  }
  return true;
}

/** Finds the pool's threads by the one variable that all its idle threads wait for. Returns its doubts. */
function findPool(
  threads: readonly NativeThread[],
  groups: (ThreadGroup | undefined)[],
  { poolSize, poolIds }: ThreadFacts,
): string[] {
  const isFree = (index: number): boolean => index in threads && groups[index] === undefined;
  const free = [...threads.keys()].filter(isFree);
  if (free.length === 0) return [];
  const members = largestCrowd(threads, free);
  for (const index of free) if (poolIds.has(threads[index]!.id)) members.add(index);
  if (members.size === 0) return ["no thread of libuv's pool was idle when looked at, or it has not been started"];

  // Made at once, they follow each other: the places where `poolSize` threads in a row can be.
  const first = Math.min(...members);
  const last = Math.max(...members);
  const from = Math.max(first - freeBeside(isFree, first, -1), last + 1 - poolSize);
  const to = Math.min(first, last + freeBeside(isFree, last, 1) + 1 - poolSize);
  if (from <= to) {
    // What all of these places have in common.
    for (let index = to; index < from + poolSize; index++) members.add(index);
  }
  for (const index of members) groups[index] = 'libuv_pool';
  const how = "libuv's pool is told by what its idle threads wait for";
  return [members.size === poolSize ? how : `${how}; ${members.size} of ${poolSize} threads were found`];
}

function freeBeside(isFree: (index: number) => boolean, index: number, step: 1 | -1): number {
  let count = 0;
  while (isFree(index + step * (count + 1))) count++;
  return count;
}

function largestCrowd(threads: readonly NativeThread[], free: readonly number[]): Set<number> {
  let largest: number[] = [];
  const waiting = free.filter((index) => threads[index]!.waitsInLibuv);
  for (const index of waiting) {
    const at = threads[index]!.waitsAt;
    const crowd = waiting.filter((other) => Math.abs(threads[other]!.waitsAt - at) < SAME_VARIABLE_BYTES);
    if (crowd.length > largest.length) largest = crowd;
  }
  return new Set(largest);
}
