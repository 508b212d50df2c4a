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
