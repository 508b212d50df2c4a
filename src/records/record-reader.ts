import type { Report, SlurmIdentity } from '../model/report.js';
import { checkReport } from '../model/report-check.js';
import { type Bytes, bytesOf } from './bytes.js';
import { hashInto } from './input-hash.js';
import { BACKSLASH } from './json-codes.js';
import { MALFORMED, skipValue } from './json-scanner.js';
import { type LineKind, RecordScanner, type Slice } from './record-scanner.js';

/** Of what is parsed: it then takes many times its length. A report of 4,096 labels has 4 MiB. */
const LONGEST_PARSED_BYTES = 32 * 1024 * 1024;
/** V8 keeps a stack on the native heap for what it parses, past any limit of the JS heap. */
const DEEPEST_PARSED = 1000;

const LONGEST_INPUT_BYTES = 64 * 1024;

/** What a line turned out to be; anything else is the reason why it is no record. */
export const BLANK = 'blank';
export const RECORD = 'record';

/** Reads records line by line: the part of it that learns, and is kept while totals are handed over. */
export class RecordReader {
  readonly scanner: RecordScanner;
  /** Of the record read last; undefined where only the columns hold its profile. */
  report: Report | undefined;
  isProfiled = false;
  isFailed = false;

  /** @param groupMember a member of the record, to be found as `group` */
  constructor(groupMember?: string) {
    this.scanner = new RecordScanner(groupMember);
  }

  /**
   * @param from start of a line that ends with a newline, with slack behind it
   * @returns `BLANK`, `RECORD`, or why it is no record
   */
  read(input: Bytes, from: number): string {
    const kind = this.scanner.scan(input, from);
    if (kind === 'blank') return BLANK;
    if (kind !== 'record') return REASONS[kind];
    const { bytes } = input;
    const { error, profile } = this.scanner;
    this.report = undefined;
    this.isProfiled = profile.from >= 0 && !isNull(bytes, profile);
    this.isFailed = error.from >= 0 && !isNull(bytes, error);
    if (this.isProfiled && !this.scanner.isProfileRead) {
      const parsed = parseProfile(input, profile);
      if (typeof parsed === 'string') return parsed;
      this.report = parsed;
      this.scanner.columns.fill(parsed);
      this.scanner.report.learn(parsed);
    }
    return RECORD;
  }

  /** Of the profile of the record read last. */
  get pid(): number | null {
    return this.report === undefined ? this.scanner.report.ids.pid : this.report.pid;
  }

  /** As `pid`. */
  get slurm(): SlurmIdentity | undefined {
    return this.report === undefined ? this.scanner.report.slurm : this.report.slurm;
  }

  /** The input that the record read last names; null where it names none. */
  inputName({ bytes }: Bytes): string | null {
    const { input } = this.scanner;
    if (input.from < 0 || input.end - input.from > LONGEST_INPUT_BYTES || isNull(bytes, input)) return null;
    const text = textOf(bytes, input);
    return text.startsWith('"') ? JSON.parse(text) : text;
  }

  namesInput({ bytes }: Bytes): boolean {
    const { input } = this.scanner;
    return input.from >= 0 && !isNull(bytes, input);
  }

  /** The hash of the input that the record read last names, into `into[at]` and `into[at + 1]`. */
  hashInput(input: Bytes, into: Uint32Array, at: number): void {
    const { from, end } = this.scanner.input;
    const isEscaped = input.bytes.subarray(from, Math.min(end, from + LONGEST_INPUT_BYTES)).includes(BACKSLASH);
    const name = isEscaped ? this.inputName(input) : null;
    if (name === null) hashInto(input, from, end, into, at);
    else {
      // The same text may be written with other escapes, or without any.
      const written = bytesOf(JSON.stringify(name));
      hashInto(written, 0, written.bytes.length, into, at);
    }
  }

  /** The value of the member that was to be found as `group`. */
  groupValue(input: Bytes): unknown {
    return parsedValue(input, this.scanner.group);
  }

  errorValue(input: Bytes): unknown {
    return parsedValue(input, this.scanner.error);
  }
}

const REASONS: Readonly<Record<Exclude<LineKind, 'blank' | 'record'>, string>> = {
  malformed: 'is not JSON',
  'no object': 'is JSON, but not an object: not a record',
  torn: 'ends in the middle of a record: torn off, or still being written',
};

/** The report, or why the record is not taken. */
function parseProfile(input: Bytes, slice: Slice): Report | string {
  if (!canBeParsed(input, slice)) return 'its profile is longer or deeper than a report can be';
  try {
    const report: unknown = JSON.parse(textOf(input.bytes, slice));
    checkReport(report);
    return report;
  } catch (error) {
    return `its profile cannot be summarised: ${(error as Error).message}`;
  }
}

function canBeParsed(input: Bytes, { from, end }: Slice): boolean {
  return end - from <= LONGEST_PARSED_BYTES && skipValue(input, from, DEEPEST_PARSED) !== MALFORMED;
}

/** The value of a member, undefined where the record has none or it is longer or deeper than is worth it. */
function parsedValue(input: Bytes, slice: Slice): unknown {
  return slice.from < 0 || !canBeParsed(input, slice) ? undefined : JSON.parse(textOf(input.bytes, slice));
}

function textOf(bytes: Buffer, { from, end }: Slice): string {
  return bytes.toString('utf8', from, end);
}

function isNull(bytes: Buffer, { from }: Slice): boolean {
  return bytes[from] === 0x6e;
}
