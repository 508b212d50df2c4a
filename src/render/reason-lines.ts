import { GAP, wrapText } from '../text/grid.js';
import { textWidth } from '../text/text-width.js';

/** A narrower reason would be a column of single words. */
const NARROWEST = 24;

/** The numbers of a line, and behind them the reason why two accounts differ, wrapped to the width. */
export function reasonLines(
  numbers: string,
  reason: string,
  width: number,
  painted: (line: string) => string,
): string[] {
  if (reason === '') return [numbers.trimEnd()];
  const indent = textWidth(numbers) + GAP.length;
  return wrapText(reason, Math.max(NARROWEST, width - indent)).map(
    (line, index) => `${index === 0 ? numbers : ' '.repeat(indent - GAP.length)}${GAP}${painted(line)}`,
  );
}
