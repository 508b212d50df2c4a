/** How much a number can be trusted. `sources` of a report has one of these for every number. */
export const TRUTHS = ['exact', 'bounded', 'sampled', 'absent'] as const;
export type Truth = (typeof TRUTHS)[number];

export interface SourceState {
  readonly available: boolean;
  readonly truth: Truth;
  /** Where the numbers come from, such as `/proc/self/statm`; null where there is no source. */
  readonly method: string | null;
  /** Largest error, in KiB, where the truth is `bounded` and the bound is known. */
  readonly bound_kb?: number;
  /** What serves malloc, such as `jemalloc`, if it is known. Only the source `allocator` has it. */
  readonly allocator?: string;
  /** Readings made and readings left out, where the cost of reading is kept to a budget. */
  readonly readings?: number;
  readonly skipped?: number;
  /**
   * Entries of calls that took over from the boundary just before them what is slow to read. Only the source `attribution`
   * has it, and only where there are any.
   */
  readonly shared_entries?: number;
  /** Why it is absent, or what the reader should know about its truth. */
  readonly reason?: string;
}

export const SOURCE_NAMES = [
  'native',
  'allocator',
  'js_peak',
  'rss',
  'rss_peak',
  'usage',
  'thread_cpu',
  'pool_cpu',
  'gc',
  'attribution',
] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** Sources that a report has only where they were asked for. */
export const OPTIONAL_SOURCE_NAMES = ['cpu_stacks', 'thread_stacks', 'native_stacks'] as const;
export type OptionalSourceName = (typeof OPTIONAL_SOURCE_NAMES)[number];

export type Sources = Readonly<Record<SourceName, SourceState>> &
  Readonly<Partial<Record<OptionalSourceName, SourceState>>>;

/** The sources that a sampler knows; the others are known to the profiler. */
export type SamplerSources = Omit<Sources, 'attribution' | OptionalSourceName>;

/** Method of native memory that is counted block by block. */
export const TRACKER_METHOD = 'tracker';

/** A source that cannot be read, and why. */
export function absent(reason: string): SourceState {
  return { available: false, truth: 'absent', method: null, reason };
}

/** A source that is read by `method`. */
export function present(truth: Exclude<Truth, 'absent'>, method: string, reason?: string): SourceState {
  return reason === undefined ? { available: true, truth, method } : { available: true, truth, method, reason };
}

/** The state of a source. A report of an older version does not tell of those that came later. */
export function stateOf(sources: Partial<Sources>, name: SourceName): SourceState {
  return sources[name] ?? NOT_TOLD;
}

const NOT_TOLD = absent('an older version did not tell');

/** Sources that the first reports of this schema do not have. */
export const LATER_SOURCES: readonly SourceName[] = ['usage'];

/** The weaker of two states of a source, for reports that merge processes or machines. */
export function weaker(a: SourceState, b: SourceState): SourceState {
  return TRUTH_ORDER[b.truth] > TRUTH_ORDER[a.truth] ? b : a;
}

const TRUTH_ORDER: Readonly<Record<Truth, number>> = { exact: 0, bounded: 1, sampled: 2, absent: 3 };
