import type { SlotName } from './sample-layout.js';

/** How a metric is made from the samples at the two ends of a call. docs/fields.md explains each. */
export type Fold = 'flow' | 'growth' | 'peak' | 'max' | 'count';

/** Unit of the reported number. Slots are nanoseconds, bytes or plain counts; reports are seconds and KiB. */
export type Unit = 's' | 'KiB' | 'count' | 'histogram' | 'modules' | 'octaves';

/** What `measure` switches on and off; `time` is always on. */
export const GROUPS = ['time', 'cpu', 'rss', 'js', 'native', 'io'] as const;
export type Group = (typeof GROUPS)[number];

/**
 * Which part of the calls a metric covers: `total` the whole of every call, `self` every call less the time any child
 * was open, `worst` the single largest call, `collected` every call between the forced collections at its ends,
 * `running` while code of the label itself ran.
 */
export type Share = 'total' | 'self' | 'worst' | 'collected' | 'running';

export interface Metric {
  readonly field: string;
  readonly fold: Fold;
  readonly unit: Unit;
  readonly group: Group;
  /** The slot it is folded from; `null` where the profiler counts it itself. */
  readonly slot: SlotName | null;
  readonly share: Share;
  /** Column heading of the table; `null` keeps it out of the table. */
  readonly heading: string | null;
  readonly description: string;
}

type Traits = Partial<Pick<Metric, 'share' | 'heading'>>;

function metric<F extends string>(
  field: F,
  group: Group,
  fold: Fold,
  unit: Unit,
  slot: SlotName | null,
  description: string,
  { share = 'total', heading = null }: Traits = {},
) {
  return { field, fold, unit, group, slot, share, heading, description } as const;
}

/**
 * The one table of metrics. The report's fields, its JSON Schema, the table's headings and docs/fields.md
 * are made from it: a new metric is one new row here and, where it reads something new, one new slot in
 * native/sources/sample_layout.h.
 */
export const METRICS = [
  metric('calls', 'time', 'count', 'count', null, 'Completed calls.', { heading: 'calls' }),
  metric('errors', 'time', 'count', 'count', null, 'Calls that threw or rejected.', { heading: 'errors' }),
  metric('open', 'time', 'count', 'count', null, 'Calls still open when the report was made.', { heading: 'open' }),
  metric('wall_s', 'time', 'flow', 's', 'wall_ns', 'Elapsed time, summed over the calls.', { heading: 'wall' }),
  metric('wall_max_s', 'time', 'max', 's', 'wall_ns', 'Elapsed time of the slowest call.', {
    share: 'worst',
    heading: 'worst',
  }),
  metric(
    'wall_self_s',
    'time',
    'flow',
    's',
    'wall_ns',
    'Elapsed time while no child was open. Children that overlap are counted once, so it is never negative.',
    { share: 'self', heading: 'self' },
  ),
  metric(
    'wall_hist',
    'time',
    'count',
    'histogram',
    null,
    'Durations of the calls as [bucket, count] pairs, sorted by bucket: eight buckets an octave, mergeable by adding counts. p50, p95 and p99 are computed from it.',
  ),
  metric('cpu_s', 'cpu', 'flow', 's', 'process_cpu_ns', 'CPU time of the whole process, all threads.', {
    heading: 'cpu',
  }),
  metric('cpu_self_s', 'cpu', 'flow', 's', 'process_cpu_ns', 'CPU time of the process while no child was open.', {
    share: 'self',
  }),
  metric(
    'thread_cpu_s',
    'cpu',
    'flow',
    's',
    'thread_cpu_ns',
    'CPU time of this JS thread; with exact `attribution` the part that the stage and those below it used. `cpu_s - thread_cpu_s` ran elsewhere: garbage collection, the libuv pool, threads of addons.',
    { heading: 'thread' },
  ),
  metric(
    'pool_cpu_s',
    'cpu',
    'flow',
    's',
    'pool_cpu_ns',
    "CPU time of libuv's pool in the whole process, whichever stage queued the work: fs, crypto, zlib, dns, and the asynchronous work of addons.",
  ),
  metric(
    'thread_cpu_self_s',
    'cpu',
    'flow',
    's',
    'thread_cpu_ns',
    'CPU time of this JS thread while code of this stage itself ran, and not of another (`attribution`).',
    { share: 'running', heading: 'thread self' },
  ),
  metric('gc_s', 'js', 'flow', 's', 'gc_ns', 'Time this isolate was paused for collections.', { heading: 'gc' }),
  metric('gc_calls', 'js', 'flow', 'count', 'gc_calls', 'Collections of this isolate: scavenges and mark-compacts.'),
  metric('js_kb_delta', 'js', 'growth', 'KiB', 'js_used_bytes', 'Growth of the used JS heap, garbage included.', {
    heading: 'js',
  }),
  metric(
    'js_kb_retained',
    'js',
    'growth',
    'KiB',
    'js_used_bytes',
    'Growth of the used JS heap between the forced collections at both ends (`collect`); null without them.',
    { share: 'collected', heading: 'js kept' },
  ),
  metric(
    'js_kb_alloc',
    'js',
    'flow',
    'KiB',
    'js_alloc_bytes',
    'JS memory allocated, whether or not it was kept: the amounts by which the used heap rose between readings and collections. With exact `attribution` what the stage and those below it allocated.',
    {
      heading: 'js alloc',
    },
  ),
  metric(
    'js_kb_alloc_self',
    'js',
    'flow',
    'KiB',
    'js_alloc_bytes',
    'JS memory allocated while code of this stage itself ran (`attribution`).',
    { share: 'running' },
  ),
  metric('js_kb_peak_max', 'js', 'peak', 'KiB', 'js_peak_bytes', 'Highest used JS heap during any one call.', {
    heading: 'js peak',
  }),
  metric(
    'external_kb_delta',
    'js',
    'growth',
    'KiB',
    'external_bytes',
    "Growth of V8's external memory: backing stores of ArrayBuffers and Buffers, and up to Node 24 memory of WebAssembly. What has been collected stays in it for a while.",
    { heading: 'external' },
  ),
  metric(
    'buffers_kb_delta',
    'js',
    'growth',
    'KiB',
    'buffers_bytes',
    "Growth of backing stores by node's own count, whoever holds them: ArrayBuffers, Buffers, SharedArrayBuffers, Blobs, transferred buffers, messages that wait. It covers the process; `external_kb_delta` is V8's count of this isolate.",
    { heading: 'buffers' },
  ),
  metric(
    'workers_kb_delta',
    'js',
    'growth',
    'KiB',
    'workers_bytes',
    'Growth of the used JS heaps of the other isolates of the process: worker threads whose heap is seen, and for a worker the main thread. See [threads.md](threads.md).',
    { heading: 'workers' },
  ),
  metric(
    'native_kb_delta',
    'native',
    'growth',
    'KiB',
    'native_live_bytes',
    'Growth of the live native heap: what malloc has handed out, less what node itself took for Buffers.',
    { heading: 'native' },
  ),
  metric(
    'native_kb_alloc',
    'native',
    'flow',
    'KiB',
    'native_alloc_bytes',
    'Native memory allocated, on all threads and whether or not it was kept; backing stores are part of it.',
    { heading: 'native alloc' },
  ),
  metric(
    'native_kb_alloc_self',
    'native',
    'flow',
    'KiB',
    'thread_native_alloc_bytes',
    'Native memory allocated by this JS thread while code of this stage itself ran (`attribution`).',
    { share: 'running' },
  ),
  metric('native_allocs', 'native', 'flow', 'count', 'native_allocs', 'Native blocks allocated, on all threads.'),
  metric(
    'native_modules',
    'native',
    'flow',
    'modules',
    'module_count',
    'KiB of `native_kb_alloc` by the shared object that asked for them, named by its path within its package, else by its file name.',
  ),
  metric(
    'native_live_modules',
    'native',
    'growth',
    'modules',
    'live_module_count',
    'Growth of live native memory by the shared object that asked for it, in KiB. Blocks of 512 KiB or more are exact, smaller ones estimated by sampling; node has the backing stores too.',
  ),
  metric(
    'native_kb_peak_max',
    'native',
    'peak',
    'KiB',
    'native_peak_bytes',
    'Highest live native heap during any one call.',
    { heading: 'native peak' },
  ),
  metric(
    'allocator_kb_delta',
    'native',
    'growth',
    'KiB',
    'allocator_free_bytes',
    'Growth of what is free in the allocator, neither handed out nor given back to the kernel: fragmentation and caches.',
    { heading: 'allocator' },
  ),
  metric(
    'mapped_kb_delta',
    'native',
    'growth',
    'KiB',
    'mapped_bytes',
    'Growth of what modules have mapped themselves, without malloc: address space, which need not all be resident.',
    { heading: 'mapped' },
  ),
  metric(
    'rss_kb_delta',
    'rss',
    'growth',
    'KiB',
    'rss_bytes',
    'Growth of the resident set: what the OS and SLURM see.',
    {
      heading: 'rss',
    },
  ),
  metric(
    'file_kb_delta',
    'rss',
    'growth',
    'KiB',
    'file_bytes',
    "Growth of the resident pages of mapped files and of shared memory, which are part of `rss_kb_delta`. Pages of files are the kernel's to take back.",
    { heading: 'files' },
  ),
  metric('rss_kb_peak_max', 'rss', 'peak', 'KiB', 'rss_peak_bytes', 'Highest resident set during any one call.', {
    heading: 'rss peak',
  }),
  metric(
    'growth_by_octave',
    'rss',
    'count',
    'octaves',
    'rss_bytes',
    'Growth of the resident set in the calls 1, 2 to 3, 4 to 7, 8 to 15 and so on, as [octave, KiB] pairs. Calls are numbered as they end, over the life of the process.',
  ),
  metric('faults_minor', 'io', 'flow', 'count', 'faults_minor', 'Page faults served without I/O.'),
  metric('faults_major', 'io', 'flow', 'count', 'faults_major', 'Page faults that waited for I/O.'),
  metric('ctx_voluntary', 'io', 'flow', 'count', 'ctx_voluntary', 'Context switches because a thread waited.'),
  metric('ctx_involuntary', 'io', 'flow', 'count', 'ctx_involuntary', 'Context switches because the time slice ended.'),
  metric(
    'read_kb',
    'io',
    'flow',
    'KiB',
    'read_bytes',
    'Read from block devices; what the page cache holds is not read again.',
  ),
  metric('write_kb', 'io', 'flow', 'KiB', 'write_bytes', 'Written to block devices.'),
  metric(
    'overlapped_calls',
    'time',
    'count',
    'count',
    null,
    'Calls during which another stage was open that is neither ancestor nor descendant: they share their deltas.',
    { heading: 'overlap' },
  ),
  metric(
    'overhead_s',
    'time',
    'flow',
    's',
    null,
    "The profiler's own cost inside this stage: the part of the cost of each of its calls that lies within the call, and the whole cost of each stage completed within it, both as measured on average in this run.",
  ),
] as const satisfies readonly Metric[];

export type MetricField = (typeof METRICS)[number]['field'];
