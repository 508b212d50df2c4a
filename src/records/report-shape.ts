import { MODULE_METRICS, NUMBER_METRICS } from '../model/number-metrics.js';
import type { Report, ReportHeader, StageRow } from '../model/report.js';
import { OBJECT_MEMBERS, type ObjectMember } from '../model/report-check.js';
import { SOURCE_NAMES, type SourceName, type Sources } from '../model/sources.js';
import { HEADER_NUMBERS, sourceCountIndex } from '../report/merge-header.js';
import { SOURCE_COUNTS } from '../report/merge-sources.js';
import { type Literals, literalsOf } from './literal.js';

/** Where a number of the header goes, or a member that holds more than a number. */
export type HeaderHole =
  | { readonly kind: 'number'; readonly index: number }
  | { readonly kind: 'id'; readonly field: 'pid' | 'thread' }
  | { readonly kind: 'sourceCount'; readonly index: number }
  | { readonly kind: 'object'; readonly field: ObjectMember }
  /** `at` as in the holes of a row. */
  | { readonly kind: 'program'; readonly at: number }
  | { readonly kind: 'ignored' };

/** Nothing is learned from a report with a longer text, in characters: the text of each shape is kept. */
const LONGEST_SHAPE = 64 * 1024;

/** In place of an index into the numbers of a row. */
export const HISTOGRAM = -1;
const IGNORED = -2;
export const OCTAVES = -3;
/** The first of `MODULE_METRICS`; the others are below it. */
export const MODULES = -4;

/**
 * The text of a report as `JSON.stringify` writes it, with holes where its numbers, labels and histograms stand. The
 * records of a corpus are made by one program: their reports rarely differ in anything else. A report that does is read
 * by `JSON.parse`.
 */
export interface ReportShape {
  /** The text up to the first row, and that behind the last. Each piece but the last is followed by a hole. */
  readonly before: Literals;
  readonly beforeHoles: readonly HeaderHole[];
  readonly after: Literals;
  readonly afterHoles: readonly HeaderHole[];
  /** The holes before and after the rows. */
  readonly headerHoles: readonly HeaderHole[];
  /** The text of a row behind its label. Each piece but the last is followed by a hole. */
  readonly row: Literals;
  readonly rowHoles: Int32Array;
  /** Numbers that a row of this shape does not have. */
  readonly missing: readonly number[];
  /** Whether there is a row of the whole program. */
  readonly hasProgram: boolean;
  readonly hasSlurm: boolean;
  /** The members that are no sums and have no holes: all reports of this shape share them. */
  readonly others: Omit<ReportHeader, ObjectMember | 'pid' | 'thread'>;
}

/** @param report that is valid @returns undefined where nothing can be learned from it, as where it has no row */
export function shapeOf(report: Report): ReportShape | undefined {
  const [row] = report.stages;
  if (row === undefined) return undefined;
  // Sources that are not known here may be anything.
  if (Object.values(report.sources).some((state: unknown) => typeof state !== 'object' || state === null))
    return undefined;
  let before: HoledText<HeaderHole> | undefined;
  let current = new HoledText<HeaderHole>();
  for (const [index, [member, value]] of Object.entries(report).entries()) {
    current.text += `${index === 0 ? '{' : ','}${JSON.stringify(member)}:`;
    if (member === 'stages') {
      current.text += '[';
      before = current;
      current = new HoledText();
      current.text = ']';
    } else if (member === 'sources') addSources(current, value as Sources);
    else if (member === 'program' && value !== null) {
      // Its histogram has to be read before those of the rows.
      if (before !== undefined) return undefined;
      addProgram(current, value as StageRow);
    } else addMember(current, member, value);
  }
  current.text += '}';

  const rowText = new HoledText<number>();
  const [[first], ...members] = Object.entries(row) as [[string], ...[string, unknown][]];
  // The profiler writes the label first.
  if (first !== 'stage') return undefined;
  for (const [member, value] of members) {
    rowText.text += ',';
    addRowMember(rowText, member, value);
  }
  rowText.text += '}';
  if (before!.length + current.length + rowText.length > LONGEST_SHAPE) return undefined;
  const { stages: _, ...others } = report;
  return {
    before: literalsOf([...before!.texts, before!.text]),
    beforeHoles: before!.holes,
    after: literalsOf([...current.texts, current.text]),
    afterHoles: current.holes,
    headerHoles: [...before!.holes, ...current.holes],
    row: literalsOf([...rowText.texts, rowText.text]),
    rowHoles: Int32Array.from(rowText.holes),
    missing: NUMBER_METRICS.flatMap((_, index) => (rowText.holes.includes(index) ? [] : [index])),
    hasProgram: before!.holes.some(({ kind }) => kind === 'program'),
    hasSlurm: report.slurm !== undefined,
    others: { ...others, sources: withoutCounts(report.sources) },
  };
}

class HoledText<Hole> {
  readonly texts: string[] = [];
  readonly holes: Hole[] = [];
  /** What follows the last hole. */
  text = '';

  get length(): number {
    return this.texts.reduce((sum, text) => sum + text.length, this.text.length);
  }

  addHole(hole: Hole): void {
    this.texts.push(this.text);
    this.holes.push(hole);
    this.text = '';
  }
}

function addMember(header: HoledText<HeaderHole>, member: string, value: unknown): void {
  const index = HEADER_NUMBERS.indexOf(member as (typeof HEADER_NUMBERS)[number]);
  if (index >= 0) header.addHole({ kind: 'number', index });
  else if (member === 'pid' || member === 'thread') header.addHole({ kind: 'id', field: member });
  else if (isObjectMemberName(member)) header.addHole({ kind: 'object', field: member });
  else header.text += JSON.stringify(value);
}

function isObjectMemberName(member: string): member is ObjectMember {
  return (OBJECT_MEMBERS as readonly string[]).includes(member);
}

function addProgram(header: HoledText<HeaderHole>, program: StageRow): void {
  const row = new HoledText<number>();
  for (const [index, [member, value]] of Object.entries(program).entries()) {
    row.text += index === 0 ? '{' : ',';
    if (member === 'stage') row.text += `"stage":${JSON.stringify(value)}`;
    else addRowMember(row, member, value);
  }
  row.text += '}';
  for (const [index, at] of row.holes.entries()) {
    header.text += row.texts[index]!;
    header.addHole({ kind: 'program', at });
  }
  header.text += row.text;
}

function addSources(header: HoledText<HeaderHole>, sources: Sources): void {
  header.text += '{';
  for (const [index, [name, state]] of Object.entries(sources).entries()) {
    header.text += `${index === 0 ? '' : ','}${JSON.stringify(name)}:{`;
    for (const [at, [member, value]] of Object.entries(state).entries()) {
      header.text += `${at === 0 ? '' : ','}${JSON.stringify(member)}:`;
      const count = SOURCE_COUNTS.find((known) => known === member);
      if (count === undefined) header.text += JSON.stringify(value);
      else if (!(SOURCE_NAMES as readonly string[]).includes(name)) header.addHole({ kind: 'ignored' });
      else header.addHole({ kind: 'sourceCount', index: sourceCountIndex(name as SourceName, count) });
    }
    header.text += '}';
  }
  header.text += '}';
}

function addRowMember(row: HoledText<number>, member: string, value: unknown): void {
  row.text += `${JSON.stringify(member)}:`;
  const index = NUMBER_METRICS.findIndex(({ field }) => field === member);
  if (index >= 0) row.addHole(index);
  else if (member === 'wall_hist') row.addHole(HISTOGRAM);
  else if (member === 'growth_by_octave') row.addHole(OCTAVES);
  else if (MODULE_METRICS.some(({ field }) => field === member)) {
    row.addHole(MODULES - MODULE_METRICS.findIndex(({ field }) => field === member));
  } else if (typeof value === 'number') row.addHole(IGNORED);
  else row.text += JSON.stringify(value);
}

function withoutCounts(sources: Sources): Sources {
  const states = Object.entries(sources).map(([name, state]) => {
    const counts = SOURCE_COUNTS.filter((member) => state[member] !== undefined).map((member) => [member, 0]);
    return [name, { ...state, ...Object.fromEntries(counts) }];
  });
  return Object.fromEntries(states) as Sources;
}
