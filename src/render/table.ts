import { Array, Map, Math, Number, Set } from '../host/intrinsics.js';
import { PROGRAM, type Report, type StageRow } from '../model/report.js';
import { OUTSIDE } from '../report/outside-row.js';
import { stageTree } from '../report/tree.js';
import { escapeControls } from '../text/escape.js';
import { NOTHING } from '../text/format.js';
import { GAP, type GridColumn, labelColumn, numberColumn, textColumn, wrapText } from '../text/grid.js';
import { type Paint, painter } from '../text/paint.js';
import { type Column, type ColumnKey, cellOf, columnsOf, FINDING_KEY, type LeftOut, rankOf } from './columns.js';
import {
  evidenceOf,
  FINDING_HEADING,
  findingCell,
  findingNotes,
  findingsOfReport,
  type ReportFindings,
} from './findings-column.js';
import { type Note, notesOf } from './notes.js';
import { type Ranking, rank } from './ranking.js';

export interface TableOptions extends Ranking {
  /** Characters a line may have: columns give way to it. Without one the table is as wide as it needs. */
  readonly width?: number | undefined;
  readonly colour?: boolean | undefined;
  /** What the rows are in place of stages: they are then a plain list, and nothing is outside of them. */
  readonly by?: string | undefined;
}

interface ShownColumn extends GridColumn {
  readonly key: ColumnKey | typeof FINDING_KEY;
  readonly heading: string;
}

const HEADING = 'stage';
const TOTAL = 'total';

/** Labels take no more than this share of the width: a long one is shortened rather than hiding numbers. */
const LARGEST_LABEL_SHARE = 0.4;

/** The same for findings, which are counted past it; the first of a row always stands there. */
const LARGEST_FINDING_SHARE = 0.24;

/**
 * The report for a terminal: the tree of stages in order of first entry, or with `sort` the plain list, highest
 * first; the time outside of them and the total; what to act on; and notes on what the rows do not say.
 */
export function renderTable(report: Report, options: TableOptions = {}): string {
  const { width = Number.POSITIVE_INFINITY, colour = false, sort, by } = options;
  const rows = rank(report.stages, options);
  const lines = sort === undefined && by === undefined ? asTree(rows) : asList(rows);
  const ends = endsOf(report, by);
  const { columns, leftOut } = columnsOf(report, sort);

  const labels = labelColumn(
    [escapeControls(by ?? HEADING), ...lines.map(({ label }) => label), ...ends],
    Math.max(OUTSIDE.length, Math.floor(width * LARGEST_LABEL_SHARE)),
  );
  const findings = findingsOfReport(report);
  const grid = [
    ...columns.map((column) => shownColumn(column, lines, ends.length)),
    ...(by === undefined ? findingColumn(findings, lines, ends, Math.floor(width * LARGEST_FINDING_SHARE)) : []),
  ];
  const evidence = by === undefined ? evidenceOf(findings) : new Set<string>();
  const kept = fitting(grid, width - labels.width, ({ key }) => rankOf(key, { sort, evidence }));
  const tooWide = grid.filter((column) => !kept.includes(column));

  const paint = painter(colour);
  const notes = notesOf(report, {
    columns: [...leftOut, ...tooWide.map(({ heading }) => leftOutFor(width, heading, tooWide.length))],
    rowsShown: rows.length,
  });
  // Apart from the other notes: their names are longer, and they are what to act on.
  const blocks = [by === undefined ? findingNotes(findings) : [], notes].filter((block) => block.length > 0);
  const below = blocks.flatMap((block) => ['', ...noteLines(block, width, paint)]);
  return `${[...bodyLines(labels, kept, paint, ends.length), ...below].join('\n')}\n`;
}

interface LabelledRow {
  readonly label: string;
  readonly row: StageRow;
}

function asTree(rows: readonly StageRow[]): LabelledRow[] {
  return stageTree(rows).map(({ row, depth, name }) => ({ row, label: '  '.repeat(depth) + escapeControls(name) }));
}

function asList(rows: readonly StageRow[]): LabelledRow[] {
  return rows.map((row) => ({ row, label: escapeControls(row.stage) }));
}

function shownColumn(column: Column, lines: readonly LabelledRow[], ends: number): ShownColumn {
  const cells = lines.map(({ row }) => cellOf(column, row));
  const { key, heading } = column;
  return { key, heading, ...numberColumn(heading, [...cells, ...[column.outside, column.total].slice(-ends)]) };
}

/** The lines below the rows: without stages the program is all there is. */
function endsOf({ stages, program }: Report, by: string | undefined): readonly string[] {
  if (by !== undefined) return [TOTAL];
  return stages.length === 0 && program ? [PROGRAM] : [OUTSIDE, TOTAL];
}

/** None where no row has a finding. */
function findingColumn(
  findings: ReportFindings,
  lines: readonly LabelledRow[],
  ends: readonly string[],
  width: number,
): ShownColumn[] {
  const ofEnds = new Map(Array.from(findings, ([{ stage }, found]) => [stage, found]));
  const texts = [
    ...lines.map(({ row }) => findings.get(row) ?? []),
    ...ends.map((end) => (end === TOTAL ? [] : (ofEnds.get(end) ?? []))),
  ].map((found) => findingCell(found, width));
  if (texts.every((text) => text === '')) return [];
  return [{ key: FINDING_KEY, heading: FINDING_HEADING, ...textColumn(FINDING_HEADING, texts) }];
}

/** The columns that fit, in their order: the least important go until the rest does; the first never goes. */
function fitting(
  columns: readonly ShownColumn[],
  width: number,
  rankOfColumn: (column: ShownColumn) => number,
): ShownColumn[] {
  const byImportance = columns.toSorted((a, b) => rankOfColumn(a) - rankOfColumn(b));
  let needed = columns.reduce((sum, column) => sum + GAP.length + column.width, 0);
  while (needed > width && byImportance.length > 1) needed -= GAP.length + byImportance.pop()!.width;
  return columns.filter((column) => byImportance.includes(column));
}

function leftOutFor(width: number, heading: string, howMany: number): LeftOut {
  return { heading, reason: `${howMany} ${howMany === 1 ? 'column' : 'columns'} to fit ${width} characters` };
}

/** @param ends how many lines stand below the rows */
function bodyLines(labels: GridColumn, columns: readonly ShownColumn[], paint: Paint, ends: number): string[] {
  const last = labels.cells.length - 1;
  return labels.cells.map((label, line) => {
    const isRow = line > 0 && line <= last - ends;
    const cells = columns.map(({ key, cells }) => (isRow ? paintCell(key, cells[line]!, paint) : cells[line]!));
    const text = [label, ...cells].join(GAP).trimEnd();
    if (isRow) return text;
    return paint(line === last ? 'bold' : 'dim', text);
  });
}

function paintCell(key: ShownColumn['key'], cell: string, paint: Paint): string {
  const digits = cell.trim();
  if (digits === NOTHING.digits) return paint('dim', cell);
  if (digits === '0') return cell;
  return key === 'errors' ? paint('red', cell) : key === 'open' ? paint('yellow', cell) : cell;
}

function noteLines(notes: readonly Note[], width: number, paint: Paint): string[] {
  const keyWidth = Math.max(0, ...notes.map(({ key }) => key.length));
  return notes.flatMap(({ key, text, isAlarm }) =>
    wrapText(text, width - keyWidth - GAP.length).map((line, index) => {
      const head = (index === 0 ? key : '').padEnd(keyWidth);
      return `${paint('dim', head)}${GAP}${isAlarm === true ? paint('yellow', line) : line}`;
    }),
  );
}
