import { GAP, wrapText } from '../text/grid.js';
import { textWidth } from '../text/text-width.js';

/** A narrower reason would be a column of single words. */
const NARROWEST = 24;

/** A reason that has lines of its own begins here. */
const INDENT = '      ';

/**
 * The numbers of a line, and behind them the reason why two accounts differ, wrapped to the width. Where there is no room
 * behind them, the reason is below.
 */
export function reasonLines(
  numbers: string,
  reason: string,
  width: number,
  painted: (line: string) => string,
): string[] {
  if (reason === '') return [numbers.trimEnd()];
  const indent = textWidth(numbers) + GAP.length;
  if (width - indent < NARROWEST) {
    return [numbers.trimEnd(), ...wrapText(reason, width - INDENT.length).map((line) => INDENT + painted(line))];
  }
  return wrapText(reason, width - indent).map(
    (line, index) => `${index === 0 ? numbers : ' '.repeat(indent - GAP.length)}${GAP}${painted(line)}`,
  );
}
