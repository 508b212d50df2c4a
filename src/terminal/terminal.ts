import { type Layout, widthElsewhere } from '../text/layout.js';

/** The members of a standard stream that tell how to write to it. */
export interface Terminal {
  /** Node leaves it out where the stream is no terminal. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Whether to use colours: on a terminal, unless NO_COLOR is set (https://no-color.org). */
export function isPainted({ isTTY }: Terminal): boolean {
  return isTTY === true && !process.env.NO_COLOR;
}

/** What the user wants of a table. */
export interface Shown {
  /** Nothing is shortened or left out to fit a width. */
  readonly full?: boolean | undefined;
  /** See `Layout`. */
  readonly columns?: readonly string[] | undefined;
}

/** The width and colours of a table on the stream. */
export function layoutOf(stream: Terminal, { full = false, columns }: Shown = {}): Layout {
  return { colour: isPainted(stream), width: full ? undefined : widthOf(stream), columns };
}

function widthOf({ isTTY, columns }: Terminal): number {
  // A pseudo-terminal without a window may have 0.
  if (isTTY === true && columns !== undefined && columns > 0) return columns;
  return widthElsewhere(process.env.COLUMNS);
}
