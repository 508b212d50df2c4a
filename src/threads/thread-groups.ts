import { Array, Math, Object, Set } from '../host/intrinsics.js';
import type { ThreadGroup } from '../model/thread-cpu.js';
import type { NativeThread } from '../native/addon.js';

export interface Grouped {
  readonly thread: NativeThread;
  readonly group: ThreadGroup;
}

/** What the process was started with. */
export interface ProcessSetup {
  readonly pid: number;
  readonly poolSize: number;
  readonly v8Workers: number;
  readonly hasInspectorThread: boolean;
  /** Threads that an earlier look has found to belong to libuv's pool. */
  readonly poolIds: ReadonlySet<number>;
}

export interface Grouping {
  readonly grouped: readonly Grouped[];
  /** Groups that could be told only by the order of threads and by what they wait for, or not at all; one text each. */
  readonly doubts: readonly string[];
}

/** Names of Node's own threads, of which the kernel keeps 15 bytes. Node 22 names those of the pool, 24 all of them. */
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
 * A condition variable of glibc wakes its waiters by two futexes in turn, which are 4 bytes apart. No two variables are
 * that near each other.
 */
const SAME_VARIABLE_BYTES = 8;

/**
 * Puts each thread into its group. Where Node does not name its threads, the order in which they were made tells the
 * group: Node makes the scheduler of delayed tasks, V8's workers and the inspector's thread before any addon or script
 * runs, and libuv makes all threads of its pool at once. What the threads wait for confirms it.
 */
export function groupThreads(threads: readonly NativeThread[], setup: ProcessSetup): Grouping {
  const groups = Array.from<unknown, ThreadGroup | undefined>(threads, () => undefined);
  const doubts: string[] = [];
  // A thread that nobody named has the name of its maker, and so on up to the main thread.
  const inherited = new Set(['node', POOL_NAME, ...Object.keys(NAMES)]);
  for (const { id, name } of threads) if (id === setup.pid) inherited.add(name);

  const pool = poolByName(threads, setup);
  threads.forEach((thread, index) => {
    if (thread.isCalling) groups[index] = 'this_thread';
    else if (thread.isJs || thread.id === setup.pid) groups[index] = 'js_threads';
    else if (pool.has(index)) groups[index] = 'libuv_pool';
    // A thread that an addon makes on the main thread has the name of the main thread.
    else if (!thread.name.endsWith('MainThread')) groups[index] = NAMES[thread.name];
    if (groups[index] === undefined && !inherited.has(thread.name)) groups[index] = 'named_threads';
  });
  if (findStartupThreads(threads, groups, setup))
    doubts.push("V8's helpers are identified by the order in which they start");
  if (pool.size === 0) doubts.push(...findPool(threads, groups, setup));

  const grouped = threads.map((thread, index) => ({ thread, group: groups[index] ?? 'unnamed_threads' }));
  return { grouped, doubts };
}

/** The first threads of that name. A thread that a thread of the pool makes, and nobody names, has the same name. */
function poolByName(threads: readonly NativeThread[], { poolSize }: ProcessSetup): ReadonlySet<number> {
  const named = [...threads.keys()].filter((index) => threads[index]!.name === POOL_NAME && !threads[index]!.isJs);
  return new Set(named.slice(0, poolSize));
}

/** Finds V8's helpers and the inspector's thread; true where they had to be found by their order. */
function findStartupThreads(
  threads: readonly NativeThread[],
  groups: (ThreadGroup | undefined)[],
  { v8Workers, hasInspectorThread }: ProcessSetup,
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

/** Finds the pool's threads by the one variable that all its idle threads wait for; returns the doubts. */
function findPool(
  threads: readonly NativeThread[],
  groups: (ThreadGroup | undefined)[],
  { poolSize, poolIds }: ProcessSetup,
): string[] {
  const isFree = (index: number): boolean => index in threads && groups[index] === undefined;
  const free = [...threads.keys()].filter(isFree);
  if (free.length === 0) return [];
  const members = largestCrowd(threads, free);
  for (const index of free) if (poolIds.has(threads[index]!.id)) members.add(index);
  if (members.size === 0) return ["no thread of libuv's pool was idle when looked at, or it has not been started"];

  // Made at once, they follow each other: these are the positions at which `poolSize` threads in a row can begin.
  const first = Math.min(...members);
  const last = Math.max(...members);
  const from = Math.max(first - freeBeside(isFree, first, -1), last + 1 - poolSize);
  const to = Math.min(first, last + freeBeside(isFree, last, 1) + 1 - poolSize);
  if (from <= to) {
    // The threads that are in the row for every one of these positions.
    for (let index = to; index < from + poolSize; index++) members.add(index);
  }
  for (const index of members) groups[index] = 'libuv_pool';
  const how = "libuv's pool is identified by what its idle threads wait for";
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
