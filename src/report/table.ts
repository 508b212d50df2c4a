import { type Column, type ColumnKey, cellOf, columnsOf, type LeftOut, rankOf } from './columns.js';
import { escapeControls } from './escape.js';
import { NOTHING } from './format.js';
import { GAP, type GridColumn, labelColumn, numberColumn, wrapText } from './grid.js';
import { type Note, notesOf } from './notes.js';
import { type Paint, painter } from './paint.js';
import { type Ranking, rank } from './ranking.js';
import type { Report, StageRow } from './report.js';
import { stageTree } from './tree.js';

export interface TableOptions extends Ranking {
  /** Characters a line may have: columns give way to it. Without one the table is as wide as it needs. */
  readonly width?: number | undefined;
  readonly colour?: boolean | undefined;
}

interface ShownColumn extends GridColumn {
  readonly column: Column;
}

const HEADING = 'stage';
const OUTSIDE = '(outside any stage)';
const TOTAL = 'total';

/** Labels take no more than this share of the width: a long one is shortened rather than hiding numbers. */
const LARGEST_LABEL_SHARE = 0.4;

/**
 * The report for a terminal: the tree of stages in order of first entry, or with `sort` the plain list, highest
 * first; the time outside of them and the total; and notes on what the rows do not say.
 */
export function renderTable(report: Report, options: TableOptions = {}): string {
  const { width = Number.POSITIVE_INFINITY, colour = false, sort } = options;
  const rows = rank(report.stages, options);
  const lines = sort === undefined ? asTree(rows) : asList(rows);
  const { columns, leftOut } = columnsOf(report, sort);

  const labels = labelColumn(
    [HEADING, ...lines.map(({ label }) => label), OUTSIDE, TOTAL],
    Math.max(OUTSIDE.length, Math.floor(width * LARGEST_LABEL_SHARE)),
  );
  const grid = columns.map((column) => shownColumn(column, lines));
  const kept = fitting(grid, width - labels.width, (column) => rankOf(column.key, sort));
  const tooWide = grid.filter((column) => !kept.includes(column));

  const paint = painter(colour);
  const notes = notesOf(report, {
    columns: [...leftOut, ...tooWide.map(({ column }) => leftOutFor(width, column, tooWide.length))],
    rowsShown: rows.length,
  });
  return `${[...bodyLines(labels, kept, paint), '', ...noteLines(notes, width, paint)].join('\n')}\n`;
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

function shownColumn(column: Column, lines: readonly LabelledRow[]): ShownColumn {
  const cells = lines.map(({ row }) => cellOf(column, row));
  return { column, ...numberColumn(column.heading, [...cells, column.outside, column.total]) };
}

/** The columns that fit, in their order: the least important go until the rest does; the first never goes. */
function fitting(
  columns: readonly ShownColumn[],
  width: number,
  rankOfColumn: (column: Column) => number,
): ShownColumn[] {
  const byImportance = columns.toSorted((a, b) => rankOfColumn(a.column) - rankOfColumn(b.column));
  let needed = columns.reduce((sum, column) => sum + GAP.length + column.width, 0);
  while (needed > width && byImportance.length > 1) needed -= GAP.length + byImportance.pop()!.width;
  return columns.filter((column) => byImportance.includes(column));
}

function leftOutFor(width: number, { heading }: Column, howMany: number): LeftOut {
  return { heading, reason: `${howMany} ${howMany === 1 ? 'column' : 'columns'} to fit ${width} characters` };
}

function bodyLines(labels: GridColumn, columns: readonly ShownColumn[], paint: Paint): string[] {
  const last = labels.cells.length - 1;
  return labels.cells.map((label, line) => {
    const isRow = line > 0 && line < last - 1;
    const cells = columns.map(({ column, cells }) =>
      isRow ? paintCell(column.key, cells[line]!, paint) : cells[line]!,
    );
    const text = [label, ...cells].join(GAP).trimEnd();
    if (isRow) return text;
    return paint(line === last ? 'bold' : 'dim', text);
  });
}

function paintCell(key: ColumnKey, cell: string, paint: Paint): string {
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
