import { Float64Array, SharedArrayBuffer } from '../host/intrinsics.js';
import type { Fold, FoldRequest } from './fold.js';
import { SAMPLE_LENGTH } from './sample-layout.js';
import type { SamplerSources } from './sources.js';

/**
 * One reading of all enabled sources at one instant on this thread.
 *
 * `readEntry` reads the clocks last and `readExit` reads them first, so that the cost of sampling falls
 * outside the stage. Both fill `slots` in place: no string, object or callback crosses per sample.
 */
export interface Sampler {
  /** The last sample, `SAMPLE_LENGTH` long: slots by `slotIndex`, then modules. What was not read is NaN. */
  readonly slots: Float64Array;
  readEntry(): void;
  readExit(): void;
  /** Fills only the slots of what this thread has used: thread_cpu_ns, js_alloc_bytes, thread_native_alloc_bytes. */
  readThreadUse(): void;
  /**
   * From now on reads what this thread has used when the event loop is about to wait and `WAITED_CELL` is 0, and sets
   * it to 1.
   * @returns false where that is not possible
   */
  watchLoop(): boolean;
  /** CPU time of this thread now, in nanoseconds, outside of any sample; NaN where it cannot be read for less than a stage. */
  readThreadCpuNs(): number;
  /** A fold that takes samples of this sampler in one call; null where there is none. Called at most once. */
  openFold(request: FoldRequest): Fold | null;
  /** Method and truth of each source, as far as this sampler has read it. */
  sources(): SamplerSources;
  /** Highest resident set of the process since it started, in bytes; NaN where it cannot be read. */
  lifetimePeakRssBytes(): number;
  /** Names of the modules, in the order of their cells in a sample; null where modules are not counted. */
  modules(): readonly string[] | null;
  /** Who holds the resident set of the last sample, as of now; null where to read it would exceed its budget. */
  composition(): CompositionBytes | null;
  /** Releases descriptors and callbacks. Idempotent; the last sample stays readable. */
  close(): void;
}

export type NamedBytes = readonly (readonly [name: string, bytes: number])[];

/** Who holds the resident set, in bytes; NaN where it cannot be told. */
export interface CompositionBytes {
  readonly rss: number;
  /** Resident pages of this isolate's heap, used or not. */
  readonly jsHeap: number;
  /** The same of the heaps of other threads. */
  readonly workerHeaps: number;
  /** What the heaps of threads that have just ended had: V8 may not have freed all of it yet. */
  readonly leavingHeaps: number;
  readonly buffers: number;
  /** Strings outside of this isolate's heap. malloc has them, so they are part of `native`. NaN where no look has told them. */
  readonly strings: number;
  readonly wasm: number;
  /** Live native blocks that are no buffers. */
  readonly native: number;
  readonly allocatorFree: number;
  /** Resident part of what modules have mapped themselves. */
  readonly mapped: number;
  /** Pages of mapped files that are no code. */
  readonly files: number;
  readonly code: number;
  readonly stacks: number;
  readonly shared: number;
  /** `mapped`, by name of the module. */
  readonly mappedByModule: NamedBytes;
  /** The largest of `files`, by the end of the path. */
  readonly largestFiles: NamedBytes;
  /** Resident pages of files and of shared memory, at the moment of the resident set. */
  readonly filePages?: number;
  /** What is used of this isolate's heap, at the moment of the resident set. */
  readonly jsUsed?: number;
  /** By how many nanoseconds what needs the list of mappings is older than the resident set. */
  readonly mappingsAgeNs: number;
  /** By how many nanoseconds the oldest of the parts is older than the resident set. */
  readonly ageNs: number;
}

/** Memory that a sampler fills. */
export interface SampleMemory {
  /** `SAMPLE_LENGTH` long. */
  readonly slots: Float64Array;
  /** Whether nothing can detach or resize it. */
  readonly isPinned: boolean;
}

/** Memory of this process. It is shared memory, which cannot be detached. */
export function plainSampleMemory(): SampleMemory {
  const bytes = SAMPLE_LENGTH * Float64Array.BYTES_PER_ELEMENT;
  return { slots: new Float64Array(new SharedArrayBuffer(bytes)), isPinned: true };
}

/** What to read: those options of a profiler that reach the sampler, validated. */
export interface SamplerOptions {
  readonly cpu: boolean;
  readonly rss: boolean;
  readonly js: boolean;
  readonly native: boolean;
  readonly io: boolean;
  readonly rssPeak: 'lifetime' | 'reset';
  /** Whether an entry just after another sample may take over from it what is slow to read. Default: false. */
  readonly sharedSamples?: boolean;
}
