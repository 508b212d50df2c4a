import type { Fold, Group, Share, Unit } from './metrics.js';
import type { OptionalSourceName, SourceName, Truth } from './sources.js';

/** What the words of a report mean, for the JSON Schema and docs/fields.md. */

export const FOLD_MEANING: Readonly<Record<Fold, string>> = {
  flow: 'End minus start of a counter that only rises, summed over the calls. Never negative.',
  growth: 'End minus start of a level, summed over the calls. Negative where it fell.',
  peak: 'Highest value while a call was open; the highest of all calls. The peak of a parent is never below that of a child.',
  max: 'The largest value of any one call.',
  count: 'How often something happened, or when. Never null, except for `growth_by_octave`.',
};

/** How a merge makes one value of the values of two reports. */
export const FOLD_MERGE: Readonly<Record<Fold, string>> = {
  flow: 'added, modules by their name',
  growth: 'added',
  peak: 'the higher',
  max: 'the higher',
  count: 'added; histograms bucket by bucket, growth octave by octave',
};

export const SHARE_MEANING: Readonly<Record<Share, string>> = {
  total: 'the whole of every call',
  self: 'every call less the time any child was open',
  worst: 'the single largest call',
  collected: 'every call, between the forced collections at its ends',
  running: 'while code of the label itself ran on this thread, whatever else was open',
};

export const UNIT_MEANING: Readonly<Record<Unit, string>> = {
  s: 'Seconds.',
  KiB: 'Units of 1024 bytes, whole numbers.',
  count: 'A whole number.',
  histogram: 'Pairs of bucket and count; see below.',
  modules: 'An object of KiB by the name of the module, whole numbers.',
  octaves: 'Pairs of octave and KiB; see below.',
};

export const GROUP_MEANING: Readonly<Record<Group, string>> = {
  time: 'Always on.',
  cpu: 'CPU time.',
  rss: 'Resident memory.',
  js: 'JS heap, buffers and collections.',
  native: 'Native heap and allocator.',
  io: 'Page faults, context switches and block I/O.',
};

export const SOURCE_MEANING: Readonly<Record<SourceName, string>> = {
  native: 'Live and allocated native blocks, and mappings of modules.',
  allocator: 'Memory that is free in the allocator: not handed out, and not given back to the kernel.',
  js_peak: 'Peak of the JS heap within a call.',
  rss: 'Resident set.',
  rss_peak: 'Peak of the resident set within a call.',
  usage: 'CPU time, page faults, context switches and block I/O of the process.',
  thread_cpu: 'CPU time of the JS thread.',
  pool_cpu: "CPU time of libuv's pool.",
  gc: 'Time and number of collections.',
  attribution: 'How costs are divided among calls that overlap.',
};

export const OPTIONAL_SOURCE_MEANING: Readonly<Record<OptionalSourceName, string>> = {
  cpu_stacks: 'CPU stacks of JS threads by stage. Only where they were asked for.',
  thread_stacks: 'Stacks of the CPU of threads that run no JS, by stage. Only where CPU stacks were asked for.',
  native_stacks: 'Stacks of native allocations by stage. Only where they were asked for.',
};

export const TRUTH_MEANING: Readonly<Record<Truth, string>> = {
  exact: 'Counted, or read where it happens.',
  bounded: 'Wrong by no more than `bound_kb` where that is given, or in one direction only, as `reason` says.',
  sampled: 'Read now and then: what happened in between is not known.',
  absent: 'Not read at all: its fields are null, and `reason` says why.',
};

/** Members of one source's state. */
export const STATE_MEANING = {
  available: 'Whether it is read.',
  truth: 'How much its numbers can be trusted.',
  method: 'Where its numbers come from; null where there is no source.',
  bound_kb: 'Largest error in KiB, where it is bounded and the bound is known.',
  allocator:
    'What serves malloc, if it is an allocator that is known, also where its statistics cannot be read. Only the source `allocator` has it.',
  readings: 'Readings made, where their cost is kept to a budget.',
  skipped: 'Readings left out, where their cost is kept to a budget.',
  shared_entries:
    'Stages that took over from the boundary just before them, at most 10 us ago, the resident set and what getrusage tells (`sharedSamples`). Only the source `attribution` has it, and only where there were any.',
  reason: 'Why it is absent, or what a reader should know about its truth.',
} as const;
