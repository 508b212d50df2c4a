import { isUtf8 } from 'node:buffer';
import { MARK_LENGTH, withoutMarkBytes } from '../records/byte-order-mark.js';

const LINE_END = 0x0a;
const NUL = 0x00;

/**
 * What a file in the place of an input's record holds:
 * `good` a record of the input, done;
 * `failed` nothing but failed or torn records of it;
 * `unclear` nothing that would tell whose it is: it is empty, or torn before the end of the input's name;
 * `foreign` another input's record, or no record: it is not ours to replace.
 */
export type ExistingRecord =
  | {
      readonly state: 'good';
      /** The good line where there is more than it: what was torn or failed beside it has to go. Null for nothing to do. */
      readonly repaired: string | null;
    }
  | { readonly state: 'failed' }
  | { readonly state: 'unclear' }
  | { readonly state: 'foreign' };

/** Pure. Of several good lines the last counts, as the newest. */
export function existingRecord(bytes: Buffer, input: string): ExistingRecord {
  const lines = linesOf(bytes);
  let good: string | undefined;
  let others = 0;
  let isOwn = false;
  for (const line of lines) {
    const record = line.isWhole ? parsed(line.bytes) : null;
    if (record === null) {
      // Torn, by a machine that failed: whose it was shows at its start.
      const owner = ownerByStart(line.bytes, input);
      if (owner === 'another') return { state: 'foreign' };
      isOwn ||= owner === 'this';
      others++;
      continue;
    }
    isOwn = true;
    if (record.input !== input) return { state: 'foreign' };
    if (record.error !== undefined) others++;
    else {
      if (good !== undefined) others++;
      good = `${line.bytes.toString('utf8')}\n`;
    }
  }
  if (good === undefined) return { state: isOwn ? 'failed' : 'unclear' };
  return { state: 'good', repaired: others === 0 ? null : good };
}

interface Line {
  readonly bytes: Buffer;
  /** With its end. */
  readonly isWhole: boolean;
}

function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_END, start);
    // Files that were joined have one before each.
    const line = withoutMarkBytes(bytes.subarray(start, end === -1 ? bytes.length : end));
    if (line.length > 0) lines.push({ bytes: line, isWhole: end !== -1 });
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
}

/** Null for what is no object in JSON. */
function parsed(line: Buffer): { readonly input?: unknown; readonly error?: unknown } | null {
  if (!isUtf8(line)) return null;
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** How many bytes at the start of a file tell whose record it is. */
export function startLength(input: string): number {
  return MARK_LENGTH + startOfRecord(input).length;
}

function startOfRecord(input: string): Buffer {
  return Buffer.from(`{"input":${JSON.stringify(input)}`);
}

/**
 * Whose a record is, or a file, by what it begins with: every record begins with its input. `unclear` is what ends
 * before that, or has zeros there: blocks that were never written read so after a failure of the machine.
 */
export function ownerByStart(bytes: Buffer, input: string): 'this' | 'another' | 'unclear' {
  const start = startOfRecord(input);
  const beginning = withoutMarkBytes(bytes).subarray(0, start.length);
  const end = beginning.findIndex((byte) => byte === NUL || byte === LINE_END);
  const written = end === -1 ? beginning : beginning.subarray(0, end);
  if (!written.equals(start.subarray(0, written.length))) return 'another';
  return written.length === start.length ? 'this' : 'unclear';
}
