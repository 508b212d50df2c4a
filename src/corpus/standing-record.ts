import { isUtf8 } from 'node:buffer';

const LINE_END = 0x0a;

/**
 * What a file in the place of an input's record holds:
 * `good` a record of the input, done;
 * `failed` nothing but failed or torn records of it, or nothing at all;
 * `foreign` another input's record, or no record: it is not ours to replace.
 */
export type StandingRecord =
  | {
      readonly state: 'good';
      /** The good line where there is more than it: what was torn or failed beside it has to go. Null for nothing to do. */
      readonly repaired: string | null;
    }
  | { readonly state: 'failed' }
  | { readonly state: 'foreign' };

/** Pure. Of several good lines the last counts, as the newest. */
export function standingRecord(bytes: Buffer, input: string): StandingRecord {
  const lines = linesOf(bytes);
  let good: string | undefined;
  let others = 0;
  for (const line of lines) {
    const record = line.isWhole ? parsed(line.bytes) : null;
    if (record === null) {
      // Torn, by a machine that failed: whose it was shows at its start.
      if (isBegunByAnother(line.bytes, input)) return { state: 'foreign' };
      others++;
    } else if (record.input !== input) return { state: 'foreign' };
    else if (record.error !== undefined) others++;
    else {
      if (good !== undefined) others++;
      good = `${line.bytes.toString('utf8')}\n`;
    }
  }
  if (good === undefined) return { state: 'failed' };
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
    const line = bytes.subarray(start, end === -1 ? bytes.length : end);
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

/** Bytes at the start of a file that tell whose record it is. */
export function startOfRecord(input: string): Buffer {
  return Buffer.from(`{"input":${JSON.stringify(input)}`);
}

/** Every record begins with its input: what begins otherwise is another input's, or somebody else's file. */
export function isBegunByAnother(line: Buffer, input: string): boolean {
  const start = startOfRecord(input);
  const length = Math.min(start.length, line.length);
  // Blocks that were never written read as zeros after a failure of the machine.
  if (line.every((byte) => byte === 0)) return false;
  return !line.subarray(0, length).equals(start.subarray(0, length));
}
