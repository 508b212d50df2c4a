import { Math } from '../host/intrinsics.js';
import { GAP, wrapText } from '../text/grid.js';
import type { Paint } from '../text/paint.js';
import type { Note } from './notes.js';

/**
 * The keys in a column of their own, and the texts beside it, wrapped. Control characters must be escaped in texts.
 *
 * @param keyWidth width of the column of keys; by default that of the longest key
 */
export function noteLines(
  notes: readonly Note[],
  width: number,
  paint: Paint,
  keyWidth = Math.max(0, ...notes.map(({ key }) => key.length)),
): string[] {
  return notes.flatMap(({ key, text, isAlarm }) =>
    wrapText(text, width - keyWidth - GAP.length).map((line, index) => {
      const head = (index === 0 ? key : '').padEnd(keyWidth);
      return `${paint('dim', head)}${GAP}${isAlarm === true ? paint('yellow', line) : line}`;
    }),
  );
}
