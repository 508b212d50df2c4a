import { Number } from '../host/intrinsics.js';

/** Where a text is shown. */
export interface Layout {
  /** Characters a line may have: columns give way to it. Without a width a table is as wide as it needs. */
  readonly width?: number | undefined;
  readonly colour?: boolean | undefined;
  /**
   * The fields of the columns that a table of stages has, in this order and whatever their width; without it, those that
   * there is room for.
   */
  readonly columns?: readonly string[] | undefined;
}

/** The width of a file or pipe: who looks at it does so in a terminal or an editor, mostly. */
const WIDTH_ELSEWHERE = 120;

/** The width where no terminal tells one: what the variable COLUMNS says, if it is a width. */
export function widthElsewhere(variable: string | undefined): number {
  const told = Number(variable);
  return Number.isInteger(told) && told > 0 ? told : WIDTH_ELSEWHERE;
}
