import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import { noteLines } from '../render/note-lines.js';
import { escapeControls } from '../text/escape.js';
import { GAP, type GridColumn, labelColumn, numberColumn, textColumn, wrapText } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { type Paint, painter } from '../text/paint.js';
import {
  changeQuantity,
  inputsText,
  intervalText,
  NO_INTERVAL,
  quantityOf,
  statisticText,
  verdictText,
} from './cells.js';
import { percentText } from './compare-note.js';
import type { Comparison } from './comparison.js';
import type { ComparisonView, MetricBlock } from './comparison-view.js';
import type { CompareResult } from './result.js';
import type { Verdict } from './verdicts.js';

type Key = 'base' | 'new' | 'difference' | 'change' | 'interval' | 'verdict' | 'inputs' | 'base max' | 'new max';

interface ShownColumn extends GridColumn {
  readonly key: Key;
}

/** The columns that give way to the width, in this order. The others always stay. */
const GIVING_WAY: readonly Key[] = ['base max', 'new max', 'inputs', 'difference', 'base', 'new'];

/** Labels take no more than this share of the width. */
const LARGEST_LABEL_SHARE = 0.35;
const SHORTEST_LABEL = 12;

/** A block for each metric: the labels side by side, in the order of the ranking. */
export function renderCompareTable(view: ComparisonView, layout: Layout = {}): string {
  const { width = Number.POSITIVE_INFINITY, colour = false } = layout;
  const paint = painter(colour);
  const blocks = view.blocks
    .filter((block) => block.isComparable)
    .flatMap((block) => ['', ...blockLines(block, view, width, paint)]);
  const notes = view.notes.map((note) => ({ ...note, text: escapeControls(note.text) }));
  const below = noteLines(notes, width, paint);
  const heading = view.heading.flatMap((line) => wrapText(escapeControls(line), width));
  return `${[...heading, ...blocks, ...(below.length > 0 ? ['', ...below] : [])].join('\n')}\n`;
}

function blockLines(
  { field, rows, count }: MetricBlock,
  { result, verdicts }: ComparisonView,
  width: number,
  paint: Paint,
): string[] {
  const labels = labelColumn(
    [field, ...rows.map(({ stage }) => escapeControls(stage))],
    Math.max(SHORTEST_LABEL, field.length, Math.floor(width * LARGEST_LABEL_SHARE)),
  );
  const columns = fitting(columnsOf(field, rows, verdicts, result), width - labels.width);
  const lines = labels.cells.map((label, line) => {
    const cells = columns.map(({ key, cells }) =>
      line > 0 && key === 'verdict' ? paintVerdict(cells[line]!, paint) : cells[line]!,
    );
    const text = [label, ...cells].join(GAP).trimEnd();
    return line === 0 ? paint('bold', text) : text;
  });
  const shown = rows.length < count ? `, ${rows.length} of ${count} labels` : '';
  const intervals = columns.some(({ key }) => key === 'interval') ? '' : ', no intervals';
  const title = wrapText(`${heading(field, rows[0]!, result)}${intervals}${shown}`, width);
  return [...title.map((line) => paint('dim', line)), ...lines];
}

function heading(field: NumberField, first: Comparison, { observation }: CompareResult): string {
  const { description } = NUMBER_METRICS.find((metric) => metric.field === field)!;
  return `${description.split(/[.:;] |\.$/, 1)[0]}: ${statisticText(first, observation)}`;
}

function columnsOf(
  field: NumberField,
  rows: readonly Comparison[],
  verdicts: ReadonlyMap<Comparison, Verdict>,
  { confidence, observation }: CompareResult,
): ShownColumn[] {
  const numbers = (key: Key, of: (row: Comparison) => number | null, isChange = false): ShownColumn => ({
    key,
    ...numberColumn(
      key,
      rows.map((row) => quantityOf(field, of(row), isChange)),
    ),
  });
  const texts = (key: Key, title: string, of: (row: Comparison) => string): ShownColumn[] => {
    const cells = rows.map(of);
    return cells.some((cell) => cell !== '') ? [{ key, ...textColumn(title, cells) }] : [];
  };
  // If no row has an interval, the heading says so once.
  const hasIntervals = rows.some((row) => intervalText(row) !== '');
  const hasHighest = rows.some(({ highest }) => highest !== null);
  return [
    numbers('base', ({ base }) => base),
    numbers('new', (row) => row.new),
    numbers('difference', ({ difference }) => difference?.value ?? null, true),
    ...(rows.some(({ relative }) => relative !== null)
      ? [{ key: 'change' as const, ...numberColumn('change', rows.map(changeQuantity)) }]
      : []),
    ...texts('interval', `${percentText(confidence)} interval`, intervalText),
    ...texts('verdict', '', (row) => {
      const text = verdictText(row, verdicts.get(row));
      return text === NO_INTERVAL && !hasIntervals ? '' : text;
    }),
    ...(hasHighest
      ? [
          numbers('base max', ({ highest }) => highest?.base ?? null),
          numbers('new max', ({ highest }) => highest?.new ?? null),
        ]
      : []),
    ...(rows.some((row) => row.inputs !== null)
      ? [
          {
            key: 'inputs' as const,
            ...numberColumn(
              `${observation}s`,
              rows.map((row) => ({ digits: inputsText(row), unit: '' })),
            ),
          },
        ]
      : []),
  ];
}

function fitting(columns: readonly ShownColumn[], width: number): readonly ShownColumn[] {
  let kept = columns;
  const needed = () => kept.reduce((sum, column) => sum + GAP.length + column.width, 0);
  for (const key of GIVING_WAY) {
    if (needed() > width) kept = kept.filter((column) => column.key !== key);
  }
  return kept;
}

function paintVerdict(cell: string, paint: Paint): string {
  const word = cell.trim();
  if (word === 'up') return paint('red', cell);
  if (word === 'down') return paint('bold', cell);
  return word === NO_INTERVAL ? paint('dim', cell) : paint('yellow', cell);
}
