import { Object } from '../host/intrinsics.js';
import { REPORT_SCHEMA, type ReportHeader } from './report.js';
import { absent, SOURCE_NAMES, type SourceName, type SourceState } from './sources.js';

/** What a member holds. */
export type HeaderType =
  | 'schema'
  | 's'
  | 'KiB'
  | 'count'
  | 'load'
  | 'boolean'
  | 'text'
  | 'sources'
  | 'warnings'
  | 'slurm'
  | 'composition'
  | 'modules'
  | 'threads'
  | 'processes'
  | 'worker threads'
  | 'exact'
  | 'findings'
  | 'row';

/**
 * How the header of a merged report is made from those of its reports.
 *
 *   fixed          the value is always the same
 *   add, max       the sum or the highest of the numbers
 *   add members    the sum of each member
 *   all, any       true where all of them are true, or where one is
 *   same           the value where all agree, else null; `same members` does so for each member
 *   weakest        for each source the state of the weakest truth
 *   warnings       equal texts once, their counts added
 *   largest        the value of the report with the highest resident set
 *   most           the modules of the report in which they have most
 *   threads        added group by group
 *   processes      listed together
 *   dropped        never in a merged report: it is computed from the merged numbers
 *   worker threads listed together
 *   row            merged as the rows of one label are
 */
export type HeaderFold =
  | 'fixed'
  | 'add'
  | 'add members'
  | 'max'
  | 'all'
  | 'any'
  | 'same'
  | 'same members'
  | 'weakest'
  | 'warnings'
  | 'largest'
  | 'most'
  | 'threads'
  | 'processes'
  | 'dropped'
  | 'worker threads'
  | 'row';

export interface HeaderTraits {
  readonly type: HeaderType;
  readonly fold: HeaderFold;
  readonly nullable?: true;
  /** The member may be missing. */
  readonly optional?: true;
  readonly description: string;
}

/**
 * The one table of header members; the JSON Schema, docs/fields.md and the merge are made from it. That it
 * lists exactly the members of `ReportHeader` is checked by the compiler.
 */
export const HEADER = {
  schema: { type: 'schema', fold: 'fixed', description: 'Name and version of this format.' },
  total_wall_s: { type: 's', fold: 'add', description: 'Elapsed time since the profiler was made.' },
  total_cpu_s: {
    type: 's',
    fold: 'add',
    nullable: true,
    description: 'CPU time of the whole process, all threads, since the profiler was made.',
  },
  outside_wall_s: { type: 's', fold: 'add', description: 'Elapsed time while no stage was open.' },
  outside_cpu_s: {
    type: 's',
    fold: 'add',
    nullable: true,
    description: 'CPU time of the process while no stage was open.',
  },
  rss_kb_now: {
    type: 'KiB',
    fold: 'max',
    nullable: true,
    description: 'Resident set of the process when the report was made.',
  },
  rss_kb_peak: {
    type: 'KiB',
    fold: 'max',
    nullable: true,
    description: 'Highest resident set of the process since it started.',
  },
  composition: {
    type: 'composition',
    fold: 'largest',
    nullable: true,
    description:
      'Who held the resident set when the report was made; null where looking would have taken more than 1 % of the elapsed time.',
  },
  composition_at_peak: {
    type: 'composition',
    fold: 'largest',
    nullable: true,
    description:
      'Who held the resident set at the reading with the highest one, of ten a second; null without a recorder. Parts that need the list of mappings may be older: see `age_s`.',
  },
  live_modules: {
    type: 'modules',
    fold: 'most',
    nullable: true,
    description:
      'KiB of live native blocks by the module that asked for them, when the report was made: see `native_live_modules`. Null where they are not sampled.',
  },
  exact: {
    type: 'exact',
    fold: 'add members',
    nullable: true,
    description:
      'What this thread used. `outside` and the `_self` fields of all rows add up to `total`. Null unless `sources.attribution` is exact.',
  },
  program: {
    type: 'row',
    fold: 'row',
    nullable: true,
    description:
      'What the process used since the profiler was made, stages or not, in the fields of a stage. `calls` counts profilers; the `_self` fields are what was used while no stage was open. Forced collections are not in it. Under `map`, growth counts from the end of the input before in the same process. Null where a merged report has none.',
  },
  js_memory_traced: {
    type: 'boolean',
    fold: 'all',
    description: 'True when the JS heap was read at every collection, so that its peaks are exact.',
  },
  native_memory_traced: {
    type: 'boolean',
    fold: 'all',
    description: 'True only when the tracker counts every native block, on every thread.',
  },
  sources: {
    type: 'sources',
    fold: 'weakest',
    description: 'Where the numbers come from, and how much each can be trusted.',
  },
  overhead_s: {
    type: 's',
    fold: 'add',
    nullable: true,
    description:
      "What the profiler itself cost on the stages' thread, measured at a part of their openings and closings. Null where a recorder is damaged.",
  },
  labels_folded: {
    type: 'count',
    fold: 'add',
    description:
      "Labels folded into their parent's `(other)` because `maxLabels` was reached or the path was longer than 1,024 characters. Past 16 times `maxLabels` of them, entries are counted.",
  },
  warnings: {
    type: 'warnings',
    fold: 'warnings',
    description: 'What the reader should know, as `text: N`, where N counts how often it happened.',
  },
  node: { type: 'text', fold: 'same', nullable: true, description: 'Version of Node.js.' },
  pid: { type: 'count', fold: 'same', nullable: true, description: 'Process id.' },
  thread: { type: 'count', fold: 'same', nullable: true, description: 'Thread id, 0 for the main thread.' },
  stages_wall_s: {
    type: 's',
    fold: 'add',
    optional: true,
    description:
      'Elapsed time while any stage was open, summed over processes. In a report of one process it is `total_wall_s` less `outside_wall_s`. Missing in reports that are older than this member.',
  },
  process_inputs: {
    type: 'count',
    fold: 'max',
    optional: true,
    description:
      'Inputs that the process of `map` has had, this one among them: the number of the input within its process. Missing outside of `map --profile`, where each input has a process (`--isolate`), and in the report of a process that died.',
  },
  load_per_cpu: {
    type: 'load',
    fold: 'max',
    nullable: true,
    optional: true,
    description:
      'Threads of the machine that ran, waited for a CPU or waited for a disk, in the mean of a minute (the load average), for each of its CPUs; the threads of the program are among them. It is read when the profiler is made and when the report is, and the higher of the two is told; a recorder has the first alone. Above 1, threads may wait for each other. Missing in reports that are older than this member.',
  },
  partial: {
    type: 'boolean',
    fold: 'any',
    optional: true,
    description:
      'True where the report was read from the recorder of a process that did not close its profiler. What came after the last moment recorded is not in it. Missing otherwise.',
  },
  slurm: {
    type: 'slurm',
    fold: 'same members',
    optional: true,
    description: 'Ids of the SLURM job; missing outside of a job.',
  },
  processes: {
    type: 'count',
    fold: 'add',
    optional: true,
    description:
      'Processes whose reports are merged in this one, and their launchers: processes without stages that started those with them (a shell, npx, tsx), which are in no row and no total. Missing where `stageprof run` had no part in it, or in one of those merged.',
  },
  process_list: {
    type: 'processes',
    fold: 'processes',
    optional: true,
    description:
      'The 16 processes of a run with the most memory, whether they are in the rows or not. Missing where `stageprof run` had no part in it.',
  },
  worker_threads: {
    type: 'worker threads',
    fold: 'worker threads',
    optional: true,
    description:
      'The 16 worker threads with the largest heaps of those that asked for the active profiler. Under `map` a thread is listed once for each input. Missing where no worker thread did.',
  },
  threads: {
    type: 'threads',
    fold: 'threads',
    optional: true,
    description: 'CPU of the process by group of threads. Missing unless the option `threads` asked for it.',
  },
  findings: {
    type: 'findings',
    fold: 'dropped',
    optional: true,
    description:
      'What a person can act on, the one that matters most first; empty where nothing was found. In what `stageprof run --out` and the `--format json` of `summarize`, `watch` and `postmortem` write. Missing in the reports of a profiler and in the records of `map`, where `findingsOf(report)` computes it.',
  },
} as const satisfies { readonly [F in keyof Required<ReportHeader>]: HeaderTraits };

export type HeaderField = keyof typeof HEADER;

/** The rows of `HEADER`, in order. */
export const HEADER_FIELDS = Object.entries(HEADER) as readonly (readonly [HeaderField, HeaderTraits])[];

/** Members of `slurm`: ids as SLURM prints them, null where not set. */
export const SLURM = {
  job: 'SLURM_JOB_ID.',
  array_job: 'SLURM_ARRAY_JOB_ID: the id all tasks of an array share.',
  array_task: 'SLURM_ARRAY_TASK_ID.',
} as const satisfies { readonly [F in keyof Required<ReportHeader>['slurm'] & string]: string };

/** The header of a report about nothing: its totals are zero, and everything else is not measured. */
export function emptyHeader(): ReportHeader {
  const members = HEADER_FIELDS.filter(([, { optional }]) => optional !== true);
  return Object.fromEntries(members.map(([field, traits]) => [field, emptyValue(traits)])) as unknown as ReportHeader;
}

function emptyValue({ type, nullable }: HeaderTraits): unknown {
  if (nullable === true) return null;
  switch (type) {
    case 'schema':
      return REPORT_SCHEMA;
    case 'boolean':
      return false;
    case 'warnings':
      return [];
    case 'sources':
      return Object.fromEntries(SOURCE_NAMES.map((name) => [name, absent('no report was merged')])) as Record<
        SourceName,
        SourceState
      >;
    default:
      return 0;
  }
}
