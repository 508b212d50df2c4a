import { Math, Object } from '../host/intrinsics.js';
import type { NumberField } from '../model/number-metrics.js';
import type { ReportHeader, StageRow } from '../model/report.js';
import type { SourceName, SourceState, Sources } from '../model/sources.js';
import { stagesWallS } from '../report/outside-row.js';
import type { RowTree } from './freed-elsewhere.js';
import { FINDING_THRESHOLDS, type ThresholdName } from './thresholds.js';

export type FindingKind =
  | 'fragmentation'
  | 'native-growth'
  | 'buffer-growth'
  | 'string-growth'
  | 'mapped-growth'
  | 'wasm-growth'
  | 'worker-growth'
  | 'file-pages'
  | 'js-growth'
  | 'uncollected'
  | 'unexplained-growth'
  | 'transient-native'
  | 'gc-bound'
  | 'waiting'
  | 'off-thread';

/** Something in a row that a person can act on. */
export interface Finding {
  /** The label of the row. */
  readonly stage: string;
  readonly kind: FindingKind;
  /** A sentence: how much it is, and what to do about it. */
  readonly text: string;
  /**
   * The numbers that the finding rests on: fields of the row and what was computed from them. Units are in the names.
   */
  readonly numbers: Readonly<Record<string, number>>;
  /** The thresholds that were reached, by their name in `FINDING_THRESHOLDS`. */
  readonly thresholds: Readonly<Partial<Record<ThresholdName, number>>>;
  /** How many seconds or KiB the finding is about; one of `numbers`. */
  readonly amount: number;
  /**
   * `amount` as a share of the time in which any stage was open, or of the highest resident set of the stage; at most
   * 1.
   */
  readonly share: number;
  /** Whether calls overlapped calls of other stages, so that the numbers contain what those did. */
  readonly shared: boolean;
}

/** What the rules need from the header of a report. */
export type FindingContext = Pick<
  ReportHeader,
  | 'total_wall_s'
  | 'outside_wall_s'
  | 'stages_wall_s'
  | 'sources'
  | 'composition'
  | 'composition_at_peak'
  | 'program'
  | 'partial'
  | 'worker_threads'
> & {
  /** How many processes the rows cover. Sums are over all of them, a peak is that of one. */
  readonly processes?: number;
  /** Whether they share out one kind of work, as those of a corpus do: each then has a part of what grew. */
  readonly areAlike?: boolean;
  /** Whether collections were forced in any stage. Missing where only one row is looked at. */
  readonly collected?: boolean;
  /** Missing where only one row is looked at. */
  readonly tree?: RowTree;
};

/** A field of a row that may be null. */
export type FindingField = Exclude<NumberField, 'calls' | 'errors' | 'open' | 'overlapped_calls'>;

/** What a rule looks at: a row, and what it needs from the header of the report. */
export interface RowInContext {
  readonly row: StageRow;
  readonly sources: Sources;
  /** Completed calls and open ones: the sums of a row contain both. */
  readonly entries: number;
  /** The time in which any stage was open. */
  readonly runS: number;
  readonly processes: number;
  readonly areAlike: boolean;
  readonly composition: ReportHeader['composition'];
  /** Whether forced collections have told what is kept, in this row or in one around it. */
  readonly collected: boolean;
  /** Also null if the process died: without a last sample, the row of the program may lack what its stages have. */
  readonly program: ReportHeader['program'];
  /**
   * Whether rows may have calls of worker threads, whose elapsed time is in the rows, and whose part of the CPU time of
   * the process is not.
   */
  readonly hasWorkerThreads: boolean;
  /** Whether a JS heap of a worker thread was seen at any moment that the report has. One that came and went between was not. */
  readonly sawWorkerHeaps: boolean;
  /** All rows of the report; null where only this one is looked at. */
  readonly tree: RowTree | null;
}

/** What a condition found if it holds. */
export type Evidence = Pick<Finding, 'thresholds' | 'amount'> & {
  /** Numbers besides the fields that the rule needs. */
  readonly numbers: Finding['numbers'];
  /** What `amount` is a share of. */
  readonly whole: number;
  readonly text: string;
};

export interface Rule {
  readonly kind: FindingKind;
  /** Without these fields the rule finds nothing. */
  readonly needs: readonly FindingField[];
  /** Sources that must have covered the calls. */
  readonly sources: readonly SourceName[];
  /** The condition as docs/findings.md has it. */
  readonly condition: string;
  read(given: RowInContext): Finding | null;
}

export function inContext(row: StageRow, context: FindingContext): RowInContext {
  return {
    row,
    sources: context.sources,
    entries: row.calls + row.open,
    runS: stagesWallS(context),
    processes: processesOf(context),
    areAlike: context.areAlike === true,
    composition: context.composition,
    collected: context.collected ?? typeof row.js_kb_retained === 'number',
    program: context.partial === true ? null : context.program,
    hasWorkerThreads: context.worker_threads !== undefined,
    sawWorkerHeaps: sawWorkerHeaps(row, context),
    tree: context.tree ?? null,
  };
}

function sawWorkerHeaps(row: StageRow, context: FindingContext): boolean {
  const { composition, composition_at_peak, program, worker_threads } = context;
  return (
    worker_threads !== undefined ||
    [composition, composition_at_peak].some((parts) => (parts?.worker_heaps_kb ?? 0) > 0) ||
    [row, program].some((one) => (one?.workers_kb_delta ?? 0) !== 0)
  );
}

/**
 * Launchers have no part in the rows, so they are not counted: `calls` of the program's row is the number of profilers.
 */
function processesOf({ processes, program }: FindingContext): number {
  return processes === undefined ? 1 : Math.min(processes, program?.calls ?? processes);
}

/** The value of a threshold. */
export function limit(name: ThresholdName): number {
  return FINDING_THRESHOLDS[name].value;
}

/** Makes a rule. Its condition gets the fields that it needs as numbers, never null. */
export function rule<F extends FindingField>(
  traits: Omit<Rule, 'read' | 'needs'> & { readonly needs: readonly F[] },
  find: (known: Readonly<Record<F, number>>, given: RowInContext) => Evidence | null,
): Rule {
  const { kind, needs, sources } = traits;
  return {
    ...traits,
    read(given) {
      const { row } = given;
      if (!sources.every((name) => covers(given.sources[name], given))) return null;
      const known = Object.fromEntries(needs.map((field) => [field, row[field]]));
      if (!Object.values(known).every((value) => typeof value === 'number')) return null;
      const evidence = find(known as Record<F, number>, given);
      if (evidence === null) return null;
      const { whole, text, amount, thresholds } = evidence;
      const numbers = { ...evidence.numbers, ...(known as Record<F, number>) };
      const shared = row.overlapped_calls > 0;
      return {
        stage: row.stage,
        kind,
        text: shared ? `(shared with other open stages) ${text}` : text,
        numbers: shared ? { ...numbers, calls: row.calls, overlapped_calls: row.overlapped_calls } : numbers,
        thresholds,
        amount,
        share: whole > 0 ? Math.min(1, amount / whole) : 1,
        shared,
      };
    },
  };
}

/**
 * Whether a source was read at the ends of nearly all calls. A merged report may have numbers of a source although the
 * source was absent in some of the reports. A single call has a number only if both its ends were read.
 */
export function covers({ truth, readings = 0, skipped = 0 }: SourceState, { entries }: RowInContext): boolean {
  if (truth === 'absent') return false;
  if (truth !== 'sampled' || entries === 1) return true;
  return skipped === 0 || skipped <= limit('skipped_share') * (readings + skipped);
}
