import { bucketOf, type HistogramPairs } from '../../src/model/histogram.js';
import { METRICS } from '../../src/model/metrics.js';
import { REPORT_SCHEMA, type Report, type StageRow } from '../../src/model/report.js';
import { present } from '../../src/model/sources.js';

/** A row with no calls and nothing measured, except for `values`. */
export function row(stage: string, values: Partial<StageRow> = {}): StageRow {
  const defaults = METRICS.map(({ field, fold, unit }) => [
    field,
    unit === 'histogram' ? [] : fold === 'count' && unit !== 'octaves' ? 0 : null,
  ]);
  return { stage, ...Object.fromEntries(defaults), ...values } as StageRow;
}

/** A histogram of [seconds, calls]. */
export function durations(...calls: readonly (readonly [seconds: number, count: number])[]): HistogramPairs {
  const counts = new Map<number, number>();
  for (const [seconds, count] of calls.filter(([, count]) => count > 0)) {
    const bucket = bucketOf(seconds * 1e9);
    counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/** A report with no stages and exact sources, except for `members`. */
export function report(members: Partial<Report> = {}): Report {
  return {
    schema: REPORT_SCHEMA,
    total_wall_s: 10,
    total_cpu_s: 8,
    outside_wall_s: 1,
    outside_cpu_s: 0.5,
    rss_kb_now: 100_000,
    rss_kb_peak: 200_000,
    composition: null,
    composition_at_peak: null,
    live_modules: null,
    exact: null,
    program: null,
    js_memory_traced: true,
    native_memory_traced: true,
    sources: {
      native: present('exact', 'tracker'),
      allocator: { ...present('exact', 'mallinfo2'), allocator: 'glibc' },
      js_peak: present('exact', 'GC prologue'),
      rss: present('exact', '/proc/self/statm'),
      rss_peak: present('exact', 'clear_refs and ru_maxrss'),
      usage: present('exact', 'getrusage'),
      thread_cpu: present('exact', 'CLOCK_THREAD_CPUTIME_ID'),
      pool_cpu: present('exact', 'CPU clocks'),
      gc: present('exact', 'GC callbacks'),
      attribution: present('exact', 'one call at a time'),
    },
    overhead_s: 0.001,
    labels_folded: 0,
    warnings: [],
    node: 'v20.20.0',
    pid: 4711,
    thread: 0,
    stages: [],
    ...members,
  };
}

/** Twelve thousand scans through a pipeline of nested stages, in a job of SLURM, without the tracker. */
export function pipelineReport(): Report {
  return report({
    total_wall_s: 9042.318_5,
    total_cpu_s: 21_930.77,
    outside_wall_s: 61.204,
    outside_cpu_s: 70.11,
    rss_kb_now: 3_180_544,
    rss_kb_peak: 4_812_288,
    native_memory_traced: false,
    sources: {
      ...report().sources,
      native: { ...present('sampled', 'mallinfo2', 'read within 1 % of wall'), readings: 35_882, skipped: 118 },
      allocator: { ...present('sampled', 'mallinfo2', 'read within 1 % of wall'), readings: 35_882, skipped: 118 },
      rss: { ...present('bounded', '/proc/self/statm'), bound_kb: 512 },
      rss_peak: present('bounded', 'ru_maxrss', 'a lower bound where a call did not raise it'),
      attribution: present('bounded', 'boundary', 'calls that overlap share their deltas'),
    },
    overhead_s: 0.3021,
    warnings: ['handles closed out of order: 3'],
    slurm: { job: '981204', array_job: '981200', array_task: '4' },
    stages: [
      scan('scan', 12_000, 8981.1, {
        self: 41.8,
        cpu: 21_860.6,
        errors: 2,
        rss: 2_811_904,
        js: 61_440,
        native: 2_301_000,
      }),
      scan('scan.fetch', 12_000, 1504.2, { cpu: 310.4, rss: 12_288, js: 2048, native: 4096, overlapped_calls: 11_873 }),
      scan('scan.decode', 12_000, 3120.9, { self: 402.1, cpu: 9210.3, rss: 2_650_000, js: -1024, native: 2_240_512 }),
      scan('scan.decode.tiles', 384_000, 2718.8, { cpu: 8401.9, rss: 2_590_720, js: 512, native: 2_236_416 }),
      scan('scan.features', 11_998, 4201.7, { cpu: 12_011.2, errors: 2, rss: 140_288, js: 58_368, native: 0 }),
      scan('scan.write', 11_996, 112.5, { cpu: 330.8, rss: 512, js: 1_536, native: -96 }),
      scan('flush', 3, 0.000_84, { cpu: 0.0008, rss: 0, js: 24, native: 0 }),
      { ...scan('watchdog.tick', 8, 0.0214, { cpu: 0.019, rss: -128, js: 96, native: 0 }), open: 1 },
    ],
  });
}

interface ScanCost {
  readonly self?: number;
  readonly cpu: number;
  readonly errors?: number;
  readonly overlapped_calls?: number;
  readonly rss: number;
  readonly js: number;
  readonly native: number;
}

function scan(stage: string, calls: number, wall: number, cost: ScanCost): StageRow {
  const mean = wall / calls;
  const slow = Math.floor(calls / 10);
  return row(stage, {
    calls,
    errors: cost.errors ?? 0,
    wall_s: wall,
    wall_max_s: mean * 7.5,
    wall_self_s: cost.self ?? wall,
    wall_hist: durations([mean * 0.8, calls - slow], [mean * 2.8, slow]),
    cpu_s: cost.cpu,
    cpu_self_s: cost.cpu,
    thread_cpu_s: cost.cpu * 0.4,
    gc_s: wall * 0.013,
    gc_calls: Math.round(calls / 9),
    js_kb_delta: cost.js,
    js_kb_alloc: Math.round(calls * 310.5),
    js_kb_peak_max: 88_064 + Math.round(Math.abs(cost.js) / 2),
    external_kb_delta: Math.round(cost.rss / 100),
    native_kb_delta: cost.native,
    allocator_kb_delta: Math.round(cost.native * 0.11),
    rss_kb_delta: cost.rss,
    rss_kb_peak_max: 3_180_544 + Math.round(cost.rss / 2),
    faults_minor: calls * 12,
    faults_major: 0,
    ctx_voluntary: calls * 3,
    ctx_involuntary: Math.round(calls / 7),
    read_kb: calls * 8,
    write_kb: 0,
    overlapped_calls: cost.overlapped_calls ?? 0,
    overhead_s: calls * 2e-6,
  });
}
