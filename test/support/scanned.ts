import type { Bytes } from '../../src/records/bytes.js';
import { type LineKind, RecordScanner, type Slice } from '../../src/records/record-scanner.js';

/** A line as the scanners need it, with a newline and spare bytes after it, and with other text before it. */
export function lineOf(content: string | Uint8Array): { input: Bytes; from: number } {
  const before = Buffer.from('}]"\\');
  const bytes = Buffer.concat([before, Buffer.from(content as string), Buffer.from('\n"}]0000')]);
  return {
    input: { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) },
    from: before.length,
  };
}

/** The kind of a line, and what `JSON.parse` makes of the parts that were found in it. */
export function scanned(
  content: string | Uint8Array,
  scanner = new RecordScanner(),
): { kind: LineKind; found: object } {
  const { input, from } = lineOf(content);
  const kind = scanner.scan(input, from);
  if (kind !== 'record') return { kind, found: {} };
  const value = (slice: Slice) => JSON.parse(input.bytes.toString('utf8', slice.from, slice.end));
  const slices = { input: scanner.input, error: scanner.error, profile: scanner.profile, group: scanner.group };
  const found = Object.entries(slices).filter(([, slice]) => slice.from >= 0);
  return { kind, found: Object.fromEntries(found.map(([name, slice]) => [name, value(slice)])) };
}
