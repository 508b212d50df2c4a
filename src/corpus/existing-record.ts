import { isUtf8 } from 'node:buffer';
import { MARK_LENGTH, withoutMarkBytes } from '../records/byte-order-mark.js';

const LINE_END = 0x0a;
const NUL = 0x00;

/**
 * What a file with the name of an input's record has:
 * `good` a record of the input, done;
 * `failed` failed or torn records of the input, and nothing else;
 * `unclear` nothing that tells which input it belongs to: it is empty, or torn before the end of the input's name;
 * `foreign` another input's record, or no record: it must not be replaced.
 */
export type ExistingRecord =
  | {
      readonly state: 'good';
      /** The good line, where torn or failed lines beside it have to go. Null where there is nothing to repair. */
      readonly repaired: string | null;
    }
  | { readonly state: 'failed' }
  | { readonly state: 'unclear' }
  | { readonly state: 'foreign' };

/** Pure. The last of several good lines counts, as the newest. */
export function existingRecord(bytes: Buffer, input: string): ExistingRecord {
  const lines = linesOf(bytes);
  let good: string | undefined;
  let others = 0;
  let isOwn = false;
  for (const line of lines) {
    const record = line.isWhole ? parsed(line.bytes) : null;
    if (record === null) {
      // The line is torn, by a machine that failed. Its start tells which input it belongs to.
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
  /** Whether it has its line end. */
  readonly isWhole: boolean;
}

function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_END, start);
    // Files that were joined may each begin with a byte order mark.
    const line = withoutMarkBytes(bytes.subarray(start, end === -1 ? bytes.length : end));
    if (line.length > 0) lines.push({ bytes: line, isWhole: end !== -1 });
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
}

/** Null where the line is no JSON object. */
function parsed(line: Buffer): { readonly input?: unknown; readonly error?: unknown } | null {
  if (!isUtf8(line)) return null;
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** How many bytes at the start of a file tell which input its record belongs to. */
export function startLength(input: string): number {
  return MARK_LENGTH + startOfRecord(input).length;
}

function startOfRecord(input: string): Buffer {
  return Buffer.from(`{"input":${JSON.stringify(input)}`);
}

/**
 * Which input a record or a file belongs to, by its start: every record begins with its input. It is `unclear` where it
 * ends before that, or has zeros there: blocks that were never written read as zeros after a failure of the machine.
 */
export function ownerByStart(bytes: Buffer, input: string): 'this' | 'another' | 'unclear' {
  const start = startOfRecord(input);
  const beginning = withoutMarkBytes(bytes).subarray(0, start.length);
  const end = beginning.findIndex((byte) => byte === NUL || byte === LINE_END);
  const written = end === -1 ? beginning : beginning.subarray(0, end);
  if (!written.equals(start.subarray(0, written.length))) return 'another';
  return written.length === start.length ? 'this' : 'unclear';
}
