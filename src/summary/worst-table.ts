import type { StageRow } from '../model/report.js';
import { escapeControls } from '../text/escape.js';
import { duration, inline, size } from '../text/format.js';
import { GAP } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { painter } from '../text/paint.js';
import { shorten, textWidth } from '../text/text-width.js';
import type { WorstRecord, WorstRecords } from './summary.js';

type WorstOf = (label: string) => WorstRecords;

/**
 * A line for each worst record: the label, what it is worst by, the value, the input, and the position of the record.
 */
export function worstCells(rows: readonly StageRow[], worstOf: WorstOf): string[][] {
  return rows.flatMap(({ stage }) => {
    const { wall_s: wall, rss_kb_peak_max: peak, rss_kb_added: added } = worstOf(stage);
    return [
      ...(wall === null ? [] : [cells(stage, 'wall', inline(duration(wall.value)), wall)]),
      ...(added !== null ? addedCells(stage, added) : peak === null ? [] : [sizeCells(stage, 'rss peak', peak)]),
    ];
  });
}

/** None where all inputs stayed below what the process had before them. */
function addedCells(label: string, added: WorstRecord): string[][] {
  return added.value > 0 ? [sizeCells(label, 'rss added', added)] : [];
}

function sizeCells(label: string, by: string, worst: WorstRecord): string[] {
  return cells(label, by, inline(size(worst.value)), worst);
}

function cells(label: string, by: string, value: string, { input, file, line }: WorstRecord): string[] {
  return [label, by, value, input ?? '(no input)', `${file}:${line}`].map(escapeControls);
}

const HEADINGS = ['worst inputs of', 'by', 'value', 'input', 'record'];
const VALUE = 2;
/**
 * Labels and inputs give way to the width. The position of the record never does, because that is what one looks up.
 */
const SHORTENED = [0, 3];

/** The table below the rows; empty if no record has a number to be worst by. */
export function worstTable(
  rows: readonly StageRow[],
  worstOf: WorstOf,
  { width = Number.POSITIVE_INFINITY, colour = false }: Layout,
): string {
  const found = worstCells(rows, worstOf);
  if (found.length === 0) return '';
  const lines = [HEADINGS, ...found];
  const widths = HEADINGS.map((_, column) => lines.reduce((most, line) => Math.max(most, textWidth(line[column]!)), 0));
  for (const column of SHORTENED) {
    const excess = widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length) - width;
    if (excess > 0) widths[column] = Math.max(HEADINGS[column]!.length, widths[column]! - excess);
  }
  const paint = painter(colour);
  const texts = lines.map((line, index) => {
    const text = line.map((cell, column) => padded(shorten(cell, widths[column]!), widths[column]!, column)).join(GAP);
    return index === 0 ? paint('dim', text.trimEnd()) : text.trimEnd();
  });
  return `\n${texts.join('\n')}\n`;
}

function padded(cell: string, width: number, column: number): string {
  const blanks = ' '.repeat(width - textWidth(cell));
  return column === VALUE ? blanks + cell : cell + blanks;
}
