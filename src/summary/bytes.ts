/** A line with slack behind it: up to sixteen bytes past its newline can be read. */
export interface Bytes {
  readonly bytes: Buffer;
  /** Of the same bytes. */
  readonly view: DataView;
}
