/** A line with slack behind it: up to sixteen bytes past its newline can be read. */
export interface Bytes {
  readonly bytes: Buffer;
  /** Of the same bytes. */
  readonly view: DataView;
}

/** Of a text, without slack: not to be scanned. */
export function bytesOf(text: string): Bytes {
  const bytes = Buffer.from(text);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
