import { Buffer, Math } from '../host/intrinsics.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, labelRecordBytes } from './format.js';

const PIECE_BYTES = 64 * 1024;

/** More than any label has; a record that says more is damaged, and with it where the next begins. */
const LONGEST_UNITS = 4096;

/** The labels of the first rows, in their order; fewer where the rest cannot be told any more. */
export function readLabels(bytes: RecorderBytes, sizes: Geometry, count: number, faults: string[]): string[] {
  const { labels_offset: begin, labels_bytes: length } = sizes;
  const end = Math.min(begin + length, bytes.size);
  const labels: string[] = [];
  let piece: Buffer = Buffer.alloc(0);
  let pieceAt = begin;
  let at = begin;
  while (labels.length < count) {
    const pieceEnd = pieceAt + piece.length;
    if (at + labelRecordBytes(LONGEST_UNITS) > pieceEnd && pieceEnd < end && at < end) {
      pieceAt = at;
      piece = bytes.read(at, Math.min(PIECE_BYTES, end - at));
      // The file has become shorter: nothing is left to be read.
      if (piece.length === 0) break;
    }
    const record = piece.subarray(at - pieceAt);
    const units = record.length < 8 ? LONGEST_UNITS + 1 : record.readUInt32LE(0);
    if (units > LONGEST_UNITS || record.length < 8 + units * 2) {
      break;
    }
    labels.push(record.toString('utf16le', 8, 8 + units * 2));
    at += labelRecordBytes(units);
  }
  const lost = count - labels.length;
  if (lost > 0) faults.push(`the labels of ${lost} of ${count} rows are damaged or cut off`);
  return labels;
}
