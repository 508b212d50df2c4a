import { Math, Number } from '../host/intrinsics.js';
import type { Report } from '../model/report.js';
import { OUTSIDE } from '../report/outside-row.js';
import { escapeControls } from '../text/escape.js';
import { NOTHING } from '../text/format.js';
import { fittingColumns, GAP, type GridColumn, labelColumn, numberColumn, textColumn } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { type Paint, painter } from '../text/paint.js';
import { FINDING_KEY, rankOf } from './column-importance.js';
import { type Column, type ColumnKey, cellOf, type LeftOut } from './columns.js';
import { evidenceOf, FINDING_HEADING, findingCell, findingNotes } from './finding-texts.js';
import { noteLines } from './note-lines.js';
import { leftOutNotes } from './notes.js';
import { type ReportView, type ViewOptions, viewOf } from './view.js';

export interface TableOptions extends ViewOptions, Layout {}

interface ShownColumn extends GridColumn {
  readonly key: ColumnKey | typeof FINDING_KEY;
  readonly heading: string;
}

const HEADING = 'stage';

/** Labels take no more than this share of the width: a long label is shortened rather than hiding numbers. */
const LARGEST_LABEL_SHARE = 0.24;

/** The same for findings. Those that do not fit are counted; the first of a row is always named. */
const LARGEST_FINDING_SHARE = 0.18;

/**
 * The report for a terminal: the tree of stages in order of first entry, or with `sort` a plain list, highest first.
 * Below it stand the time outside of stages and the total, then what to act on, then notes about what the rows do not
 * say.
 */
export function renderTable(report: Report, options: TableOptions = {}): string {
  return renderTableOf(viewOf(report, options), options);
}

/** `renderTable` of a report whose view is known. */
export function renderTableOf(
  view: ReportView,
  { width = Number.POSITIVE_INFINITY, colour = false }: Layout = {},
): string {
  const { by, sort, lines, ends, columns, worst } = view;
  const labels = labelColumn(
    [
      escapeControls(by ?? HEADING),
      ...lines.map(({ depth, name }) => indented(name, depth)),
      ...ends.map(({ label }) => label),
    ],
    Math.max(OUTSIDE.length, Math.floor(width * LARGEST_LABEL_SHARE)),
  );
  const grid = [
    ...columns.map((column) => shownColumn(column, view)),
    ...findingColumn(view, Math.floor(width * LARGEST_FINDING_SHARE)),
  ];
  const evidence = evidenceOf(worst);
  const kept = view.areColumnsChosen
    ? grid
    : fittingColumns(grid, width - labels.width, ({ key }) => rankOf(key, { sort, evidence }));
  const tooWide = grid.filter((column) => !kept.includes(column));

  const paint = painter(colour);
  const notes = [
    ...view.notes,
    ...leftOutNotes(tooWide.map(({ heading }) => leftOutFor(width, heading, tooWide.length))),
  ];
  // Findings stand apart from the other notes: they are what to act on, and their names are longer.
  const blocks = [findingNotes(worst), notes].filter((block) => block.length > 0);
  const below = blocks.flatMap((block) => ['', ...noteLines(block, width, paint)]);
  return `${[...bodyLines(labels, kept, paint, ends.length), ...below].join('\n')}\n`;
}

/** The name of a stage as it stands in a tree. */
export function indented(name: string, depth: number): string {
  return '  '.repeat(depth) + escapeControls(name);
}

function shownColumn(column: Column, { lines, ends }: ReportView): ShownColumn {
  const { key, heading } = column;
  const cells = [...lines.map(({ row }) => cellOf(column, row)), ...ends.map(({ cell }) => cell(column))];
  return { key, heading, ...numberColumn(heading, cells) };
}

/** None if no row that is shown has a finding. */
function findingColumn({ lines, ends, findings }: ReportView, width: number): ShownColumn[] {
  const found = [...lines.map(({ row }) => findings.get(row) ?? []), ...ends.map((end) => end.findings)];
  const texts = found.map((ofLine) => findingCell(ofLine, width));
  if (texts.every((text) => text === '')) return [];
  return [{ key: FINDING_KEY, heading: FINDING_HEADING, ...textColumn(FINDING_HEADING, texts) }];
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
