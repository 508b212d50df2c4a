import type { Layout } from '../text/layout.js';

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

/** The width and colours of a table on the stream. */
export function layoutOf(stream: Terminal): Layout {
  const { isTTY, columns } = stream;
  // A pseudo-terminal without a window may have 0.
  const width = isTTY === true && columns !== undefined && columns > 0 ? columns : undefined;
  return { colour: isPainted(stream), width };
}
