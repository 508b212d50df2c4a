import { Math } from '../host/intrinsics.js';

const PRINTABLE_ASCII = /^[ -~]*$/;
const NO_CELL = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const TWO_CELLS =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;

/**
 * The terminal cells that `text` takes. It must have no controls. Terminals differ on emoji that are made of several.
 */
export function textWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

function charWidth(char: string): number {
  return NO_CELL.test(char) ? 0 : TWO_CELLS.test(char) ? 2 : 1;
}

/**
 * `text` in at most `width` cells. The middle gives way to `…`, because labels differ at both ends. The last name of a
 * path stays whole if there is room for it, since a path is recognised by that.
 */
export function shorten(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (width < 1) return '';
  const chars = [...text];
  const last = textWidth(text.slice(Math.max(0, text.lastIndexOf('/'))));
  const half = Math.ceil((width - 1) / 2);
  const head = last < width ? Math.min(half, width - 1 - last) : half;
  const end = [...take(chars.toReversed(), width - 1 - head)].reverse().join('');
  return `${take(chars, head)}…${end.startsWith('…') ? end.slice(1) : end}`;
}

function take(chars: readonly string[], width: number): string {
  let taken = '';
  let left = width;
  for (const char of chars) {
    left -= charWidth(char);
    if (left < 0) break;
    taken += char;
  }
  return taken;
}
