import { Buffer } from '../host/buffer.js';
import { Math } from '../host/intrinsics.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, labelRecordBytes } from './format.js';

const PIECE_BYTES = 64 * 1024;

/** No label is as long: a record that says so is damaged, and it cannot be told where the next one begins. */
const LONGEST_UNITS = 4096;

/** The labels of the first rows, in their order; fewer where the others are damaged. */
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
      // The file has become shorter meanwhile.
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
