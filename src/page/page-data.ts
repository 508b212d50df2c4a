import type { CompositionPart } from '../model/composition.js';
import type { Fold, Unit } from '../model/metrics.js';
import type { Truth } from '../model/sources.js';

/** Raised when a page of one version could not be shown by the front end of another. */
export const PAGE_VERSION = 1;

/** What the page is of: the command that wrote it. */
export const PAGE_COMMANDS = ['run', 'map', 'summarize', 'compare', 'postmortem', 'attach', 'flame'] as const;
export type PageCommand = (typeof PAGE_COMMANDS)[number];

/**
 * All that a page shows, as plain JSON. The builders of this room make the parts, `writePage` writes them into a file, and
 * `src/browser/` draws them. A part that there is nothing for is null, and the page has no section for it.
 *
 * Every text may come from a program: it is shown as text, never as markup.
 */
export interface PageData {
  readonly version: typeof PAGE_VERSION;
  readonly command: PageCommand;
  /** What ran, such as its command line or the name of the pipeline. */
  readonly title: string;
  /** Where, when and how long, in the order in which they are shown below the title. */
  readonly facts: readonly Fact[];
  /** Names and versions of what wrote the page. */
  readonly writer: string;
  /** What happened, in words, above all else: how a process ended, which inputs failed. */
  readonly story: readonly PageNote[];
  readonly report: ReportPart | null;
  readonly timelines: readonly TimelinePart[];
  readonly flame: FlamePart | null;
  readonly inputs: InputsPart | null;
  readonly comparison: ComparisonPart | null;
}

export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** A line of text with a word in front of it. */
export interface PageNote {
  readonly key: string;
  readonly text: string;
  readonly isAlarm?: boolean;
}

export interface PageFinding {
  readonly stage: string;
  readonly kind: string;
  readonly text: string;
  /** Of the time in stages, or of the highest resident set, from 0 to 1. */
  readonly share: number;
  /** Whether it is the worst of its kind. The others are behind a button. */
  readonly isWorst: boolean;
}

/** How a number is shown. */
export type PageUnit = Extract<Unit, 's' | 'KiB' | 'count'> | 'share' | 'rough s' | 'ns' | 'bytes';

export interface StageColumn {
  readonly key: string;
  readonly heading: string;
  readonly unit: PageUnit;
  /** Whether a number above zero gets its `+`. */
  readonly signed: boolean;
  readonly description: string;
  /**
   * Where the window is too narrow for all columns, those with the highest number give way first; those with 0 stay.
   * Null where the column is shown only if it is chosen.
   */
  readonly givesWay: number | null;
  readonly group: string;
  readonly fold: Fold | null;
  /** The column that has what the stage itself used, without those below it. */
  readonly self: string | null;
}

/** A line of the tree of stages. */
export interface StageLine {
  readonly stage: string;
  /** The label without that of the line above which it stands. */
  readonly name: string;
  readonly depth: number;
  /** One a column; null where it was not measured. */
  readonly cells: readonly (number | null)[];
  readonly findings: readonly string[];
}

/** A line below the tree: outside of stages, and the total. Its cells are texts. */
export interface EndLineData {
  readonly label: string;
  readonly cells: readonly (string | null)[];
  readonly findings: readonly string[];
}

/** Who held the resident set at one moment. */
export interface CompositionData {
  readonly when: string;
  readonly rss: number;
  readonly parts: readonly HolderAmount[];
  /** The largest of what is mapped by modules and of files. */
  readonly details: readonly HolderAmount[];
  /** By how many seconds the oldest part is older; 0 where all are of one moment. */
  readonly ageS: number;
}

export interface HolderAmount {
  readonly holder: string;
  readonly kib: number;
}

export interface ProcessData {
  readonly pid: number;
  readonly depth: number;
  readonly command: string;
  readonly exit: string;
  readonly wall: number | null;
  readonly cpu: number | null;
  readonly peak: number | null;
  readonly stages: boolean;
  readonly composition: CompositionData | null;
}

export interface ThreadData {
  readonly name: string;
  readonly detail: string;
  readonly cpu: number | null;
  readonly heap: number | null;
}

export interface SourceData {
  readonly name: string;
  readonly meaning: string;
  readonly truth: Truth;
  readonly how: string;
}

export interface ModuleData {
  readonly names: readonly string[];
  readonly lines: readonly { readonly stage: string; readonly cells: readonly (number | null)[] }[];
  readonly more: number;
}

export interface ReportPart {
  /** What the rows are: stages, or the values of a member of the records. */
  readonly rowsAre: string;
  /** Whether the rows are a tree. If not, they are a list in the order of a ranking. */
  readonly isTree: boolean;
  readonly totalWallS: number;
  readonly columns: readonly StageColumn[];
  readonly lines: readonly StageLine[];
  readonly ends: readonly EndLineData[];
  /** How many rows the report has; more than `lines` where a ranking or a limit leaves some out. */
  readonly rowCount: number;
  readonly findings: readonly PageFinding[];
  /** Who held the resident set: at its peak, and at the end. */
  readonly compositions: readonly CompositionData[];
  readonly processes: { readonly lines: readonly ProcessData[]; readonly more: number } | null;
  /** CPU by group of threads, and why it is not known where it is not. */
  readonly threads: { readonly lines: readonly ThreadData[]; readonly note: string } | null;
  readonly workers: { readonly lines: readonly ThreadData[]; readonly more: number } | null;
  readonly modules: ModuleData | null;
  readonly sources: readonly SourceData[];
  readonly notes: readonly PageNote[];
}

/** The resident set of one process over time, by holder. Arrays have one element a point. */
export interface TimelinePart {
  readonly name: string;
  /** Of the first point, in milliseconds since 1970; null if that is not known. */
  readonly startMs: number | null;
  /** Seconds since the first point. */
  readonly t: readonly number[];
  /** KiB. */
  readonly rss: readonly (number | null)[];
  readonly holders: readonly { readonly holder: string; readonly kib: readonly (number | null)[] }[];
  /** CPU used since the point before, in CPUs; null without. */
  readonly cpu: readonly (number | null)[] | null;
  /** For each stage the points at which it was open, as pairs of the first and the last. */
  readonly stages: readonly { readonly stage: string; readonly spans: readonly number[] }[];
  /** How many readings the points were chosen from, and how. */
  readonly note: string;
}

export interface FlameType {
  readonly type: 'cpu' | 'alloc' | 'live' | 'peak';
  readonly title: string;
  readonly unit: Extract<PageUnit, 'ns' | 'bytes'>;
  /** What a node has itself, without those on it; one a node. */
  readonly self: readonly number[];
  /** The same of the base; null without a base. */
  readonly base: readonly number[] | null;
}

/** Stacks as a tree. The outermost frame of each stack is its stage. */
export interface FlamePart {
  readonly texts: readonly string[];
  /** Three a frame: its function and its place, both in `texts`, and its kind, in `FLAME_KINDS`. */
  readonly frames: readonly number[];
  /** How much smaller the number of the parent is; 0 for a root. A parent comes before its children. */
  readonly parents: readonly number[];
  /** The frame of each node, in `frames`. */
  readonly nodes: readonly number[];
  readonly types: readonly FlameType[];
  /** The heaviest stacks in one line each, as below the tables of the commands. */
  readonly words: readonly PageNote[];
  readonly notes: readonly string[];
}

export const FLAME_KINDS = ['stage', 'js', 'node', 'native', 'vm', 'other'] as const;
export type FlameKind = (typeof FLAME_KINDS)[number];

export interface InputColumn {
  readonly key: string;
  readonly heading: string;
  readonly unit: PageUnit;
  readonly description: string;
  /** One an input, with four significant digits. */
  readonly values: readonly (number | null)[];
}

/** The inputs of a corpus. Arrays have one element an input. */
export interface InputsPart {
  readonly names: readonly string[];
  /** Where the record is: `files[file]:line`. */
  readonly files: readonly string[];
  readonly file: readonly number[];
  readonly line: readonly number[];
  /** The kind of the error of a failed input; empty for the others. Numbers in `errors`. */
  readonly errors: readonly string[];
  readonly error: readonly number[];
  /** None where no input was profiled: then some have failed. */
  readonly columns: readonly InputColumn[];
  /** The numbers of the stages of each input, as far as there is room. */
  readonly stages: InputStages | null;
  readonly total: number;
  readonly notes: readonly string[];
}

export interface InputStages {
  readonly labels: readonly string[];
  readonly metrics: readonly {
    readonly key: string;
    readonly heading: string;
    readonly unit: PageUnit;
    /** For each label the values of all inputs, as `packValue` makes them. */
    readonly packed: readonly (readonly number[])[];
  }[];
}

export interface ChangeData {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface ComparedRow {
  readonly stage: string;
  readonly base: number | null;
  readonly new: number | null;
  readonly difference: ChangeData | null;
  readonly relative: ChangeData | null;
  readonly verdict: string;
  readonly inputs: string;
}

export interface ComparedMetric {
  readonly key: string;
  readonly heading: string;
  readonly unit: PageUnit;
  readonly what: string;
  readonly rows: readonly ComparedRow[];
  readonly count: number;
}

export interface ComparisonPart {
  readonly heading: readonly string[];
  readonly confidence: number;
  readonly metrics: readonly ComparedMetric[];
  readonly violations: readonly string[];
  readonly notes: readonly PageNote[];
}

/** A part of the resident set, and how it is named and coloured everywhere on the page. */
export interface Holder {
  readonly key: CompositionPart | 'other_kb';
  readonly name: string;
  readonly meaning: string;
}
