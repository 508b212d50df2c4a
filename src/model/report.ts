import type { Composition, ModuleKib } from './composition.js';
import type { ExactUse } from './exact-use.js';
import type { HistogramPairs } from './histogram.js';
import type { ModuleField, NumberField } from './number-metrics.js';
import type { OctavePairs } from './octaves.js';
import type { ProcessList } from './process-list.js';
import type { ReportedFinding } from './reported-finding.js';
import type { Sources } from './sources.js';
import type { ThreadCpu } from './thread-cpu.js';
import type { WorkerThreads } from './worker-threads.js';

type CountField = 'calls' | 'errors' | 'open' | 'overlapped_calls';

/** One label. Times are seconds, memory is KiB; what was not measured is null. */
export type StageRow = { readonly stage: string; readonly wall_hist: HistogramPairs } & {
  readonly [F in CountField]: number;
} & { readonly [F in Exclude<NumberField, CountField>]: number | null } & {
  readonly [F in ModuleField]: ModuleKib | null;
} & {
  readonly growth_by_octave: OctavePairs | null;
};

export interface SlurmIdentity {
  readonly job: string | null;
  readonly array_job: string | null;
  readonly array_task: string | null;
}

/** Stands in the place of a label in the row of the whole program. */
export const PROGRAM = '(program)';

export const REPORT_SCHEMA = 'stageprof/1';

/** `HEADER` in report-header.ts has what each member means; the JSON Schema and docs/fields.md are made from it. */
export interface ReportHeader {
  readonly schema: typeof REPORT_SCHEMA;
  readonly total_wall_s: number;
  readonly total_cpu_s: number | null;
  readonly outside_wall_s: number;
  readonly outside_cpu_s: number | null;
  readonly rss_kb_now: number | null;
  readonly rss_kb_peak: number | null;
  readonly composition: Composition | null;
  readonly composition_at_peak: Composition | null;
  readonly live_modules: ModuleKib | null;
  /** What this thread used, and where; null without exact attribution. */
  readonly exact: ExactUse | null;
  /**
   * The whole run of the profiler as a row; every stage is a part of it. Null in reports that are older than this
   * member.
   */
  readonly program: StageRow | null;
  readonly js_memory_traced: boolean;
  readonly native_memory_traced: boolean;
  readonly sources: Sources;
  readonly overhead_s: number | null;
  readonly labels_folded: number;
  readonly warnings: readonly string[];
  readonly node: string | null;
  readonly pid: number | null;
  readonly thread: number | null;
  readonly stages_wall_s?: number;
  readonly process_inputs?: number;
  readonly load_per_cpu?: number | null;
  readonly partial?: boolean;
  readonly slurm?: SlurmIdentity;
  readonly processes?: number;
  readonly process_list?: ProcessList;
  readonly worker_threads?: WorkerThreads;
  readonly threads?: ThreadCpu;
  /** Only in what the commands write. They are recomputed from the numbers, and never merged. */
  readonly findings?: readonly ReportedFinding[];
}

/** The rows, one a label in order of first entry, and the header around them. Plain JSON. */
export interface Report extends ReportHeader {
  readonly stages: readonly StageRow[];
}
