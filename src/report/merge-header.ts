import { Float64Array, Number, Object, Set } from '../host/intrinsics.js';
import { type Composition, type ModuleKib, sumOfModules } from '../model/composition.js';
import type { ExactUse } from '../model/exact-use.js';
import { PROGRAM, type ReportHeader, type StageRow } from '../model/report.js';
import { emptyHeader, HEADER_FIELDS, type HeaderField, type HeaderFold, SLURM } from '../model/report-header.js';
import { SOURCE_NAMES, type SourceName, type Sources, stateOf } from '../model/sources.js';
import { mergeWarnings } from '../model/warnings.js';
import { type ExactState, ExactSums } from './exact-sums.js';
import { addExactUse } from './exact-use.js';
import { type MergedRow, RowMerger, type RowsState } from './merge-rows.js';
import { mergeSources, SOURCE_COUNTS } from './merge-sources.js';
import { mergeProcessLists } from './process-list.js';
import { mergeThreads } from './threads.js';
import { mergeWorkerThreads } from './worker-threads.js';

// The fold of a member decides its type. The compiler checks this in the table, not here.
type Combine = (a: never, b: never) => unknown;

const COMBINE: Readonly<Record<Exclude<HeaderFold, 'add' | 'max' | 'row' | 'dropped'>, Combine>> = {
  fixed: (a: unknown) => a,
  all: (a: boolean, b: boolean) => a && b,
  any: (a: boolean | undefined, b: boolean | undefined) => (a === true || b === true ? true : undefined),
  same: (a: unknown, b: unknown) => (a === b ? a : null),
  'add members': (a: ExactUse | null | undefined, b: ExactUse | null | undefined) => addExactUse(a, b),
  'same members': sameMembers,
  largest: (a: Composition | null, b: Composition | null) => ((b?.rss_kb ?? -1) > (a?.rss_kb ?? -1) ? b : (a ?? b)),
  most: (a: ModuleKib | null | undefined, b: ModuleKib | null | undefined) =>
    sumOfModules(b) > sumOfModules(a) ? b : (a ?? b),
  threads: mergeThreads,
  processes: mergeProcessLists,
  'worker threads': mergeWorkerThreads,
  weakest: (a: Sources, b: Sources) => mergeSources(a, b),
  warnings: (a: readonly string[], b: readonly string[]) => (a.length + b.length === 0 ? a : mergeWarnings([a, b])),
};

/** The members that are added up or whose highest value is kept, in the order of their sums. */
export const HEADER_NUMBERS: readonly HeaderField[] = HEADER_FIELDS.flatMap(([field, { fold }]) =>
  fold === 'add' || fold === 'max' ? [field] : [],
);
const TAKES_HIGHEST = HEADER_NUMBERS.map((field) =>
  HEADER_FIELDS.some(([name, { fold }]) => name === field && fold === 'max'),
);
const OTHERS = HEADER_FIELDS.flatMap(([field, { fold }]) =>
  fold === 'add' || fold === 'max' || fold === 'row' || fold === 'dropped'
    ? []
    : [{ field, combine: COMBINE[fold] as (a: unknown, b: unknown) => unknown }],
);

const COMBINE_OTHER: { readonly [F in HeaderField]?: (a: unknown, b: unknown) => unknown } = Object.fromEntries(
  OTHERS.map(({ field, combine }) => [field, combine]),
);

type Members = Partial<Record<HeaderField, unknown>>;

/** What a worker passes to the main thread. */
export interface HeaderState {
  readonly sums: ExactState;
  readonly others: Members;
  readonly program: RowsState;
  /** Members that at least one report lacks. */
  readonly lacking: ReadonlySet<HeaderField>;
}

/** The running header of the reports that have been merged. */
export class HeaderMerger {
  readonly #sums = new ExactSums(HEADER_NUMBERS.length);
  readonly #sourceCounts = new Float64Array(SOURCE_NAMES.length * SOURCE_COUNTS.length);
  readonly #program = new RowMerger();
  readonly #lacking = new Set<HeaderField>();
  #others: Members | undefined;

  add(header: ReportHeader): void {
    HEADER_NUMBERS.forEach((field, index) => {
      const value = header[field] as number | null | undefined;
      if (value !== null && value !== undefined) this.addNumber(index, value);
    });
    this.addOthers(header);
    this.noteLacking(header);
    if (header.program) this.addProgram(header.program);
  }

  addProgram(row: StageRow): void {
    this.programRow().add(row);
  }

  /** The running row of the program. Call this once for each row that is added. */
  programRow(): MergedRow {
    return this.#program.rowOf(PROGRAM);
  }

  /** A member that some report lacks gets no sum, because a sum of the others would pass for one of all. */
  noteLacking(header: Members): void {
    for (const field of HEADER_NUMBERS) if (header[field] === undefined) this.#lacking.add(field);
    if (header.program === undefined || header.program === null) this.#lacking.add('program');
  }

  /** @param index in `HEADER_NUMBERS` */
  addNumber(index: number, value: number): void {
    if (TAKES_HIGHEST[index]) this.#sums.raise(index, value);
    else this.#sums.add(index, value);
  }

  /** Merges the members that are neither sums nor highest values. */
  addOthers(header: Members): void {
    const earlier = this.#others;
    const merged = OTHERS.map(({ field, combine }) => [
      field,
      earlier === undefined ? header[field] : combine(earlier[field], header[field]),
    ]);
    this.#others = Object.fromEntries(merged.filter(([, value]) => value !== undefined));
  }

  /** Merges one member of `addOthers` alone: the one whose value differs from that of the report before. */
  addOther(field: HeaderField, value: unknown): void {
    const combine = COMBINE_OTHER[field];
    // A member that is dropped.
    if (combine === undefined) return;
    const others = this.#others!;
    others[field] = combine(others[field], value);
  }

  /** Adds to a count that the source has already, if only as 0. @param index of `sourceCountIndex` */
  addSourceCount(index: number, count: number): void {
    this.#sourceCounts[index]! += count;
  }

  result(): ReportHeader {
    const others = this.#othersWithCounts();
    if (others === undefined) return emptyHeader();
    const members = HEADER_FIELDS.map(([field, { fold, optional, nullable }]) => {
      if (fold === 'row') return [field, this.#lacking.has(field) ? null : (this.#program.result()[0] ?? null)];
      // A member that reports of an older version lack was not measured.
      const absent = nullable === true && optional !== true ? null : undefined;
      if (fold !== 'add' && fold !== 'max') return [field, others[field] === undefined ? absent : others[field]];
      const total = this.#sums.total(HEADER_NUMBERS.indexOf(field));
      if (optional === true && this.#lacking.has(field)) return [field, undefined];
      return [field, Number.isNaN(total) ? null : total];
    });
    return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as ReportHeader;
  }

  /** Undefined if no report was merged. */
  state(): HeaderState | undefined {
    const others = this.#othersWithCounts();
    return others === undefined
      ? undefined
      : { sums: this.#sums.state(), others, program: this.#program.state(), lacking: this.#lacking };
  }

  /** Adds the state of another merger. */
  absorb({ sums, others, program, lacking }: HeaderState): void {
    HEADER_NUMBERS.forEach((_, index) => {
      if (!TAKES_HIGHEST[index]) this.#sums.addSum(index, sums);
      else if (!Number.isNaN(sums.high[index])) this.#sums.raise(index, sums.high[index]!);
    });
    this.addOthers(others);
    this.#program.absorb(program);
    for (const field of lacking) this.#lacking.add(field);
  }

  #othersWithCounts(): Members | undefined {
    if (this.#others === undefined || this.#sourceCounts.every((count) => count === 0)) return this.#others;
    const sources = this.#others.sources as Sources;
    const counted = SOURCE_NAMES.map((name) => {
      const state = stateOf(sources, name);
      const counts = SOURCE_COUNTS.filter((member) => state[member] !== undefined).map((member) => [
        member,
        state[member]! + this.#sourceCounts[sourceCountIndex(name, member)]!,
      ]);
      return [name, { ...state, ...Object.fromEntries(counts) }];
    });
    return { ...this.#others, sources: { ...sources, ...Object.fromEntries(counted) } };
  }
}

export function sourceCountIndex(source: SourceName, member: (typeof SOURCE_COUNTS)[number]): number {
  return SOURCE_NAMES.indexOf(source) * SOURCE_COUNTS.length + SOURCE_COUNTS.indexOf(member);
}

/** Undefined, so that the member is omitted, if one of the two lacks it altogether. */
function sameMembers(a: ReportHeader['slurm'], b: ReportHeader['slurm']): ReportHeader['slurm'] {
  if (a === undefined || b === undefined) return undefined;
  const members = (Object.keys(SLURM) as (keyof typeof SLURM)[]).map((name) => [
    name,
    a[name] === b[name] ? a[name] : null,
  ]);
  return Object.fromEntries(members) as ReportHeader['slurm'];
}
