import { Object } from '../host/intrinsics.js';
import { METRICS, type Metric } from '../model/metrics.js';
import type { Report, StageRow } from '../model/report.js';
import type { SourceName, Sources } from '../model/sources.js';
import { isOfThread } from '../model/thread-metrics.js';
import { formatWarning, mergeWarnings } from '../model/warnings.js';
import type { WorkerThread } from '../model/worker-threads.js';
import { addExactUse } from './exact-use.js';
import { MergedRow, RowMerger } from './merge-rows.js';
import { mergeState } from './merge-sources.js';
import { stagesWallS } from './outside-row.js';
import { mergeWorkerThreads } from './worker-threads.js';

/** What one worker thread has measured. */
export interface ThreadReport {
  readonly report: Report;
  readonly entry: WorkerThread;
}

/** Sources that each thread reads for itself. */
const SOURCES_OF_THREAD: readonly SourceName[] = ['js_peak', 'gc', 'thread_cpu', 'attribution'];

/**
 * Adds the reports of worker threads to that of their process, under the same labels. What is the thread's adds up; what
 * is the process's stays that of the main thread, since every thread would count it once more. Elapsed time of the
 * total is that of the main thread, beside which the others ran.
 */
export class ThreadMerger {
  readonly #rows = new RowMerger();
  readonly #program = new MergedRow();
  #first: Report | null = null;
  #sum: Sum = NOTHING;

  add({ report, entry }: ThreadReport): void {
    this.#first ??= report;
    for (const row of report.stages) this.#rows.add(partOfThread(row, isOfThread));
    if (report.program) this.#program.add(partOfThread(report.program, isUseOfThread));
    this.#sum = plus(this.#sum, {
      stagesWallS: stagesWallS(report),
      overheadS: report.overhead_s,
      labelsFolded: report.labels_folded,
      exact: report.exact,
      sources: report.sources,
      warnings: report.warnings,
      threads: { threads: [entry], more: 0 },
      isTraced: report.js_memory_traced,
      isPartial: report.partial === true,
    });
  }

  /** Counts a thread of which nothing could be read. */
  addUnread(): void {
    this.#sum = plus(this.#sum, { ...NOTHING, warnings: [formatWarning(UNREAD, 1)] });
  }

  /**
   * @param main null where the main thread has left no report: the totals are then those that the first thread saw
   * @returns null where there is no report at all
   */
  result(main: Report | null): Report | null {
    const base = main ?? (this.#first && withoutThread(this.#first));
    if (base === null) return null;
    const sum = this.#sum;
    const stages = new RowMerger();
    for (const row of base.stages) stages.add(row);
    stages.absorb(this.#rows.state());
    const isPartial = main === null ? sum.isPartial : main.partial === true;
    const { partial: _, ...rest } = base;
    return {
      ...rest,
      exact: addExactUse(base.exact, sum.exact),
      program: base.program && this.#programWith(base.program),
      js_memory_traced: base.js_memory_traced && sum.isTraced,
      sources: weakestOfThreads(base.sources, sum.sources),
      overhead_s: add(base.overhead_s, sum.overheadS),
      labels_folded: base.labels_folded + sum.labelsFolded,
      warnings: mergeWarnings([base.warnings, sum.warnings]),
      stages_wall_s: stagesWallS(base) + sum.stagesWallS,
      ...(isPartial ? { partial: true } : {}),
      ...(sum.threads === undefined ? {} : { worker_threads: sum.threads }),
      stages: stages.result(),
    };
  }

  #programWith(program: StageRow): StageRow {
    const merged = new MergedRow();
    merged.add(program);
    merged.absorb(this.#program.sums.state(), this.#program.buckets.state());
    return merged.toRow(program.stage);
  }
}

const UNREAD = 'recorders of worker threads that could not be read';

interface Sum {
  readonly stagesWallS: number;
  readonly overheadS: number | null;
  readonly labelsFolded: number;
  readonly exact: Report['exact'];
  readonly sources: Sources | null;
  readonly warnings: readonly string[];
  readonly threads: Report['worker_threads'];
  readonly isTraced: boolean;
  readonly isPartial: boolean;
}

const NOTHING: Sum = {
  stagesWallS: 0,
  overheadS: null,
  labelsFolded: 0,
  exact: null,
  sources: null,
  warnings: [],
  threads: undefined,
  isTraced: true,
  isPartial: false,
};

function plus(a: Sum, b: Sum): Sum {
  return {
    stagesWallS: a.stagesWallS + b.stagesWallS,
    overheadS: add(a.overheadS, b.overheadS),
    labelsFolded: a.labelsFolded + b.labelsFolded,
    exact: addExactUse(a.exact, b.exact),
    sources: a.sources === null ? b.sources : weakestOfThreads(a.sources, b.sources),
    warnings: mergeWarnings([a.warnings, b.warnings]),
    threads: mergeWorkerThreads(a.threads, b.threads),
    isTraced: a.isTraced && b.isTraced,
    isPartial: a.isPartial || b.isPartial,
  };
}

function add(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b;
}

/** The sources of a process, those that each thread reads in the weakest state that any thread had. */
function weakestOfThreads(sources: Sources, others: Sources | null): Sources {
  if (others === null) return sources;
  const states = SOURCES_OF_THREAD.map((name) => [name, mergeState(sources[name], others[name])]);
  return { ...sources, ...Object.fromEntries(states) };
}

/** The elapsed time and the number of profilers are no use of a thread: those of a program are its main thread's. */
function isUseOfThread(metric: Metric): boolean {
  return metric.slot !== null && metric.slot !== 'wall_ns' && isOfThread(metric);
}

/** A row with what `isKept` says, and blanks in the place of everything else. */
function partOfThread(row: StageRow, isKept: (metric: Metric) => boolean): StageRow {
  const blanks = METRICS.flatMap((metric): [string, unknown][] => {
    if (isKept(metric)) return [];
    if (metric.unit === 'histogram') return [[metric.field, []]];
    return [[metric.field, metric.fold === 'count' && metric.unit === 'count' ? 0 : null]];
  });
  return { ...row, ...Object.fromEntries(blanks) };
}

/**
 * The totals of a thread's report without what `ThreadMerger` adds. They are the process's, which opened no stage on its
 * main thread.
 */
function withoutThread(report: Report): Report {
  return {
    ...report,
    outside_wall_s: report.total_wall_s,
    outside_cpu_s: report.total_cpu_s,
    exact: null,
    overhead_s: null,
    labels_folded: 0,
    warnings: [],
    stages_wall_s: 0,
    thread: null,
    program: report.program && {
      ...partOfThread(report.program, (metric) => !isUseOfThread(metric)),
      wall_self_s: report.program.wall_s,
      cpu_self_s: report.program.cpu_s,
    },
    stages: [],
  };
}
