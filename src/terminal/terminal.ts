/** What of a standard stream tells how to write to it. */
export interface Terminal {
  /** Node leaves it out where the stream is none. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Painted on a terminal, unless NO_COLOR says not to (https://no-color.org). */
export function isPainted({ isTTY }: Terminal): boolean {
  return isTTY === true && !process.env.NO_COLOR;
}

/** How a table for it is rendered. */
export function tableOptions(stream: Terminal): { readonly colour: boolean; readonly width: number | undefined } {
  const { isTTY, columns } = stream;
  // A terminal that nobody looks at may have 0.
  const width = isTTY === true && columns !== undefined && columns > 0 ? columns : undefined;
  return { colour: isPainted(stream), width };
}
