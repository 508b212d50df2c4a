import type { Fold } from '../model/fold.js';

/** A source of the addon. */
export interface NativeSource {
  /** Why it cannot be read; null if it can. */
  readonly failure: string | null;
}

/** The sources by their names in native/sources/sources.h. Those that tell more than a failure have a type of their own. */
export interface NativeSources {
  readonly rusage: UsageSource;
  readonly v8_heap: HeapSource;
  readonly malloc_stats: AllocatorSource;
  readonly tracker: TrackerSource;
  readonly [name: string]: NativeSource | undefined;
}

export interface UsageSource extends NativeSource {
  /** Whether the process has so many threads that the CPU is read from the process clock, with a timer. */
  readonly readsClock: boolean;
  /** How often the counters of all threads were read, and how often there was no time for that. */
  readonly readings: number;
  readonly skipped: number;
  /** Time between two clock ticks; NaN if the kernel does not tell. */
  readonly tickNs: number;
}

export interface HeapSource extends NativeSource {
  /** Whether it reads what node has allocated for Buffers. If not, it reads V8's sum of them. */
  readonly hasBackingStores: boolean;
}

export interface TrackerSource extends NativeSource {
  /** The largest error of its live bytes and peaks; NaN without the tracker. */
  readonly boundBytes: number;
  /** How often it met a module for which its table had no room; NaN without the tracker. */
  readonly modulesMissed: number;
  /** Mappings that it could not follow so far; NaN without the tracker. */
  readonly mappingsMissed: number;
  /** Live blocks that its sample had no room for so far; NaN without the tracker. */
  readonly liveMissed: number;
  /** Bytes between two points of that sample, on average; NaN without a sample. */
  readonly liveRate: number;
}

/** CPU time of a thread since it was started. The first 1,024 threads that ended are told apart; all others are one, with id 0. */
export interface ThreadClock {
  readonly id: number;
  readonly cpuNs: number;
}

/** A thread of the process, and what tells it apart from others. */
export interface NativeThread extends ThreadClock {
  /** At most 15 bytes. A thread that nobody named has the name of the thread that made it. */
  readonly name: string;
  readonly isCalling: boolean;
  /** It has loaded the addon. */
  readonly isJs: boolean;
  /** Whether it waits for events of descriptors, or for a change of memory (a futex). */
  readonly waitsFor: 'events' | 'memory' | null;
  /** Address of the futex; 0 if it waits for none. */
  readonly waitsAt: number;
  /** Whether that address is a variable of the module that contains libuv. */
  readonly waitsInLibuv: boolean;
}

/** The threads in the order in which they were made. */
export interface ThreadsReading<T extends ThreadClock> {
  readonly failure: string | null;
  /** CPU time of the process before and after the clocks of its threads were read. */
  readonly processBeforeNs: number;
  readonly processAfterNs: number;
  readonly threads: readonly T[];
  /** Threads that had loaded the addon and have ended, the oldest first. */
  readonly endedJs: readonly ThreadClock[];
}

/** The allocator that serves malloc. An allocation has proved that, because several may be loaded. */
export interface AllocatorSource extends NativeSource {
  /** Such as `jemalloc`, even if it cannot be read; null if the addon does not know it. */
  readonly name: string | null;
  /** Where its numbers come from. */
  readonly method: string | null;
  /** What a reader should know about its live bytes and about the bytes free in it; null if it tells none. */
  readonly liveTruth: string | null;
  readonly freeTruth: string | null;
}

export interface NativeSamplerHandle {
  readEntry(): void;
  readExit(): void;
  /** Fills three slots only: thread_cpu_ns, js_alloc_bytes and thread_native_alloc_bytes. */
  readThreadUse(): void;
  /** Reads the use of the thread when the event loop waits; false if that is not possible. See `WAITED_CELL`. */
  watchLoop(): boolean;
  close(): void;
  /**
   * A fold that takes its samples of this sampler, once. Undefined if the plan is not one, if the memory of the samples may
   * be detached, or if there is no memory. What it is given must stay as it is for as long as the sampler is open.
   */
  openFold(plan: Float64Array, excluded: Float64Array, use: Float64Array, boundary: Float64Array): Fold | undefined;
  /**
   * Reads who holds the resident set of the last sample into `ACCOUNT_LENGTH` cells. It goes through the list of mappings
   * and reads the statistics of the allocator: those of glibc take 33 ms if there are 200,000 free chunks.
   *
   * @returns false if the time for the list of mappings, 1 % of the elapsed time, is spent
   */
  readAccount(cells: Float64Array): boolean;
}

/** A file mapped for the recorder; see native/addon/recorder_handle.h. */
export interface NativeRecorder {
  /** Memory that is that part of the file, or the errno; `NO_EXTERNAL_BUFFERS` if this Node forbids such memory. */
  expose(offset: number, bytes: number): ArrayBuffer | number;
  /** 0 or an errno. */
  write(offset: number, bytes: Uint8Array): number;
  /** Moves to a new file at `path`, with the memory that was exposed. The caller removes the old file. 0 or an errno. */
  move(path: string): number;
  /** Starts the thread that writes readings to the positions that `POSITIONS` names; 0 or an errno. */
  start(positions: Float64Array): number;
  /** Stops the thread, after a last reading. The file and the memory stay. */
  close(): void;
}

export const NO_EXTERNAL_BUFFERS = -1;

/** What is written down in this package and in the addon; test/native/layout.test.ts holds the two together. */
export interface SampleLayout {
  readonly version: number;
  readonly slots: readonly string[];
  readonly ranges: Readonly<Record<string, readonly string[]>>;
  readonly moduleCells: number;
  readonly liveCells: number;
  readonly accountFiles: number;
  readonly fileNameCells: number;
  readonly waitedCell: number;
  readonly mallocReadingsCell: number;
  readonly mallocSkippedCell: number;
  readonly sharedEntriesCell: number;
  readonly sampleLength: number;
  readonly mask: Readonly<Record<string, number>>;
  readonly account: readonly string[];
  readonly reading: readonly string[];
  readonly timeline: readonly string[];
  readonly timelineStages: number;
  readonly positions: readonly string[];
  readonly endedUnclosed: number;
  readonly noExternalBuffers: number;
  readonly planNumbers: readonly string[];
  readonly planLists: readonly string[];
  readonly boundary: Readonly<Record<string, number>>;
  readonly exit: Readonly<Record<string, number>>;
  readonly exitFlags: number;
}

/** How the CPU of threads that run no JS is sampled. */
export interface ThreadStacksState {
  /** Why it is not now; null while it is. */
  readonly missing: string | null;
  /** What the timers send; 0 where none has been started. */
  readonly signal: number;
  /** How often the kernel has made no timer. */
  readonly failed: number;
  /** Threads that did not take the signal when they were found. */
  readonly blocked: number;
}

/** What native/addon/addon.cc exports. */
export interface Binding {
  sampleLayout(): SampleLayout;
  /**
   * Undefined if it could not be made, such as in a worker that is being terminated.
   *
   * @param isPinned whether nothing can detach or resize the memory of `slots`. If something can, each sample looks at it.
   */
  samplerOpen(slots: Float64Array, mask: number, isPinned: boolean): NativeSamplerHandle | undefined;
  /** Creates and maps a file that must not exist; the errno if that fails, undefined as above. */
  recorderOpen(path: string, bytes: number): NativeRecorder | number | undefined;
  /**
   * Null if the addon reads the same V8 heap as `getHeapStatistics`; if not, how they differ. If the addon does not find
   * the counter behind `getArrayBuffers`, it reads V8's `external_memory` instead.
   */
  heapVerify(getHeapStatistics: () => object, getArrayBuffers: () => number): string | null;
  /** The same, and publishes the heap of this thread for the samplers of others as long as the thread lives. */
  heapWatch(getHeapStatistics: () => object, getArrayBuffers: () => number): string | null;
  sourcesRead(): NativeSources;
  /**
   * Paths of the shared objects in the order of the cells of a sample; long paths are cut at the beginning. All objects
   * beyond the last cell share that cell. Null without the tracker.
   */
  modulesRead(): readonly string[] | null;
  /** CLOCK_MONOTONIC in nanoseconds. */
  wallRead(): number;
  /** CPU time of the calling thread in nanoseconds. */
  threadCpuRead(): number;
  rssPeakRead(): number;
  /** Takes some 6 us a thread. */
  threadsRead(): ThreadsReading<NativeThread>;
  /** The same without what tells threads apart. Takes some 1 us a thread. */
  threadClocksRead(): ThreadsReading<ThreadClock>;
  rusageChildrenRead(): { readonly cpuNs: number; readonly peakRssBytes: number };
  /** Whether the process is killed when that parent ends; see native/support/parent_death.h for whose end counts. */
  parentDeathFollow(parentPid: number): boolean;
  /** Why the tracker takes no stacks; null where it does. */
  sitesMissing(): string | null;
  /** Moves the tables of stacks into a file that must not exist; 0 or an errno. */
  sitesKeep(path: string): number;
  /** A copy of the tables, as the file has them. Null where no stacks are taken, undefined where there is no memory. */
  sitesRead(): ArrayBuffer | null | undefined;
  /** What is live at any time is told, also after `sitesEnd`. */
  sitesBegin(): void;
  /** What is live now is told as live at the end. */
  sitesEnd(): void;
  /** From now on the CPU of threads that run no JS is sampled, so many times a second of CPU. Null, or why not. */
  threadStacksStart(hz: number): string | null;
  threadStacksStop(): void;
  /** Null without the tracker. */
  threadStacksRead(): ThreadStacksState | null;
  /**
   * Memory of the process, in which the profiler writes when a call of a stage was last opened (CLOCK_MONOTONIC, ns), by the
   * number of the stage. Null without the tracker, or where this Node forbids such memory.
   */
  stageOpenings(): ArrayBuffer | null;
  /** The number of a stage on the threads of that name, for the word below. */
  stackStageFind(thread: string, label: string): number;
  /** From now on the first element tells which stage runs on this thread; null ends that. */
  stackStageWord(word: Uint32Array | null): void;
}
