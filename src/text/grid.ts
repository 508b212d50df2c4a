import { Math } from '../host/intrinsics.js';
import type { Quantity } from './format.js';
import { shorten, textWidth } from './text-width.js';

/** Between two columns. */
export const GAP = '  ';

/** The cells of one column, all padded to its width. */
export interface GridColumn {
  readonly width: number;
  readonly cells: readonly string[];
}

/** Labels, aligned left. A label wider than `width` loses its middle, but keeps its indent. */
export function labelColumn(labels: readonly string[], width: number): GridColumn {
  const shortened = labels.map((label) => {
    const name = label.trimStart();
    const indent = label.slice(0, Math.min(label.length - name.length, Math.floor(width / 2)));
    return indent + shorten(name, width - indent.length);
  });
  const widest = Math.max(...shortened.map(textWidth));
  return { width: widest, cells: shortened.map((label) => label + ' '.repeat(widest - textWidth(label))) };
}

/**
 * A heading and the numbers below it, aligned right. Units have a column of their own, so that digits end at the same
 * position whatever their unit is.
 *
 * @param quantities null for a blank cell
 */
export function numberColumn(heading: string, quantities: readonly (Quantity | null)[]): GridColumn {
  const unitWidth = Math.max(0, ...quantities.map((quantity) => quantity?.unit.length ?? 0));
  const space = quantities.some((quantity) => quantity !== null && quantity.unit !== '' && quantity.unit !== '%');
  const texts = quantities.map((quantity) => {
    if (quantity === null) return '';
    return `${quantity.digits}${space ? ' ' : ''}${quantity.unit.padEnd(unitWidth)}`;
  });
  const width = Math.max(heading.length, ...texts.map((text) => text.length));
  return { width, cells: [heading, ...texts].map((text) => text.padStart(width)) };
}

/** A heading and the texts below it, aligned left. */
export function textColumn(heading: string, texts: readonly string[]): GridColumn {
  const cells = [heading, ...texts];
  const width = Math.max(...cells.map(textWidth));
  return { width, cells: cells.map((text) => text + ' '.repeat(width - textWidth(text))) };
}

/**
 * The columns that fit, in their order. Those of highest rank are dropped first; the one of lowest rank always stays.
 */
export function fittingColumns<C extends GridColumn>(
  columns: readonly C[],
  width: number,
  rankOf: (column: C) => number,
): C[] {
  const byRank = columns.toSorted((a, b) => rankOf(a) - rankOf(b));
  let needed = columns.reduce((sum, column) => sum + GAP.length + column.width, 0);
  while (needed > width && byRank.length > 1) needed -= GAP.length + byRank.pop()!.width;
  return columns.filter((column) => byRank.includes(column));
}

/** A path that is shorter would no longer tell which file it is. */
const SHORTEST_PATH = 24;

/**
 * Breaks the text at spaces. A path that is longer than `width` loses its middle; no other word does, since a name or a
 * setting that is not whole is of no use.
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const longestPath = Math.max(width, SHORTEST_PATH);
  for (const whole of text.split(' ')) {
    const word = whole.includes('/') ? shorten(whole, longestPath) : whole;
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line.trimEnd());
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
