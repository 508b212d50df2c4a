import { Map, Math, Number, Object, Set } from '../host/intrinsics.js';
import { availableParallelism, environment, execArgv, nodeFeatures, processId } from '../host/process.js';
import { secondsOf } from '../model/quantities.js';
import { absent, present } from '../model/sources.js';
import { THREAD_GROUPS, type ThreadCpu, type ThreadGroup, type ThreadGroupCpu } from '../model/thread-cpu.js';
import type { NativeThread, ThreadClock, ThreadsReading } from '../native/addon.js';
import { type Grouped, groupThreads, type ProcessSetup } from './thread-groups.js';

/** Where threads are read: the addon, or a script of a test. */
export interface ThreadReader {
  threadsRead(): ThreadsReading<NativeThread>;
  threadClocksRead(): ThreadsReading<ThreadClock>;
}

const METHOD = 'CPU clocks of the threads in /proc/self/task';

/**
 * CPU by group of threads since this object was made. Each thread's clock is read then, and again when asked. Between
 * the two nothing is read, so that stages pay nothing.
 */
export class ThreadWatch {
  private readonly base: ThreadsReading<ThreadClock>;
  private readonly baseNs: ReadonlyMap<number, number>;
  private readonly poolIds = new Set<number>();

  constructor(
    private readonly reader: ThreadReader,
    private readonly setup: () => Omit<ProcessSetup, 'poolIds'> = processSetup,
  ) {
    this.base = reader.threadClocksRead();
    this.baseNs = new Map(this.base.threads.map(({ id, cpuNs }) => [id, cpuNs]));
  }

  /** Looks at what threads wait for now: a thread of the pool is known once it was seen idle. */
  look(): void {
    this.group(this.reader.threadsRead());
  }

  read(): ThreadCpu {
    const reading = this.reader.threadsRead();
    const failure = reading.failure ?? this.base.failure;
    if (failure !== null) return { source: absent(failure), groups: [] };
    const { grouped, doubts } = this.group(reading);
    const sums = new Sums();
    for (const { thread, group } of grouped) sums.add(group, nameOf(thread, group), this.usedNs(thread), 1);
    const endedJs = this.endedJs(reading);
    if (endedJs.count > 0) sums.add('js_threads', null, endedJs.cpuNs, endedJs.count);
    const endedNs = this.endedNs(reading) - endedJs.cpuNs;
    if (endedNs > 0) sums.add('ended_threads', null, endedNs, null);
    const reason = doubts.length === 0 ? undefined : doubts.join('; ');
    return { source: present('exact', METHOD, reason), groups: sums.rows() };
  }

  private group(reading: ThreadsReading<NativeThread>): { grouped: readonly Grouped[]; doubts: readonly string[] } {
    const grouping = groupThreads(reading.threads, { ...this.setup(), poolIds: this.poolIds });
    for (const { thread, group } of grouping.grouped) if (group === 'libuv_pool') this.poolIds.add(thread.id);
    return grouping;
  }

  private usedNs({ id, cpuNs }: ThreadClock): number {
    const before = this.baseNs.get(id) ?? 0;
    // A clock never falls: the id now belongs to another thread.
    return cpuNs >= before ? cpuNs - before : cpuNs;
  }

  private endedJs({ endedJs }: ThreadsReading<ThreadClock>): { readonly count: number; readonly cpuNs: number } {
    const since = endedJs.slice(this.base.endedJs.length);
    const sum = since.reduce((cpuNs, thread) => cpuNs + this.usedNs(thread), 0);
    // Ended threads past the limit share one sum, which grows in place.
    const rest = endedJs.find(({ id }) => id === 0);
    const restBefore = this.base.endedJs.find(({ id }) => id === 0);
    const grown = rest !== undefined && restBefore !== undefined ? rest.cpuNs - restBefore.cpuNs : 0;
    return { count: since.length, cpuNs: sum + grown };
  }

  /**
   * What ended threads have used: the clock of the process less the clocks of living threads. Threads run on while the
   * clocks are read, so that each reading knows only a range: zero where the two ranges overlap.
   */
  private endedNs(reading: ThreadsReading<ThreadClock>): number {
    const now = endedRange(reading);
    const then = endedRange(this.base);
    return now.lowNs <= then.highNs ? 0 : (now.lowNs + now.highNs - then.lowNs - then.highNs) / 2;
  }
}

function endedRange({ threads, processBeforeNs, processAfterNs }: ThreadsReading<ThreadClock>): {
  readonly lowNs: number;
  readonly highNs: number;
} {
  const living = threads.reduce((sum, { cpuNs }) => sum + cpuNs, 0);
  return { lowNs: processBeforeNs - living, highNs: processAfterNs - living };
}

function nameOf({ name }: NativeThread, group: ThreadGroup): string | null {
  return group === 'named_threads' ? name : null;
}

/** Rows by group and name, in the order of the table of groups; within a group the highest CPU first. */
class Sums {
  private readonly byKey = new Map<
    string,
    { group: ThreadGroup; name: string | null; threads: number | null; cpuNs: number }
  >();

  add(group: ThreadGroup, name: string | null, cpuNs: number, threads: number | null): void {
    const key = `${group} ${name ?? ''}`;
    const row = this.byKey.get(key);
    if (row === undefined) {
      this.byKey.set(key, { group, name, threads, cpuNs });
    } else {
      row.cpuNs += cpuNs;
      if (row.threads !== null && threads !== null) row.threads += threads;
    }
  }

  rows(): ThreadGroupCpu[] {
    const order = Object.keys(THREAD_GROUPS);
    return [...this.byKey.values()]
      .sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group) || b.cpuNs - a.cpuNs)
      .map(({ group, name, threads, cpuNs }) => ({ group, name, threads, cpu_s: secondsOf(cpuNs) ?? 0 }));
  }
}

/**
 * What libuv and Node read at their start. A pool size that is set after the first work of the pool has no effect
 * there.
 */
function processSetup(): Omit<ProcessSetup, 'poolIds'> {
  const started = [...execArgv, ...(environment.NODE_OPTIONS ?? '').split(/\s+/)];
  return {
    pid: processId,
    poolSize: poolSize(environment.UV_THREADPOOL_SIZE),
    v8Workers: v8Workers(started),
    hasInspectorThread: nodeFeatures.inspector && !started.includes('--disable-sigusr1'),
  };
}

const LARGEST_POOL = 1024;

function poolSize(text: string | undefined): number {
  if (text === undefined) return 4;
  const size = Number.parseInt(text, 10) || 1;
  return size < 0 ? LARGEST_POOL : Math.min(size, LARGEST_POOL);
}

function v8Workers(started: readonly string[]): number {
  const given = started.map((argument) => /^--v8-pool-size=(\d+)$/.exec(argument)?.[1]).findLast((size) => size);
  if (given === undefined) return 4;
  return Number(given) || Math.min(availableParallelism() - 1, 16);
}
