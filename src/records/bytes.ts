/** A line with slack behind it: up to sixteen bytes past its newline can be read. */
export interface Bytes {
  readonly bytes: Buffer;
  /** A view of the same bytes. */
  readonly view: DataView;
}

/** The bytes of a text, without slack: they must not be scanned. */
export function bytesOf(text: string): Bytes {
  const bytes = Buffer.from(text);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
