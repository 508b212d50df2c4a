import type { Report, SlurmIdentity } from '../model/report.js';
import { checkReport } from '../model/report-check.js';
import { type Bytes, bytesOf } from './bytes.js';
import { HASH_WORDS, hashInto } from './input-hash.js';
import { BACKSLASH } from './json-codes.js';
import { MALFORMED, skipValue } from './json-scanner.js';
import { type LineKind, RecordScanner, type Slice } from './record-scanner.js';
import type { ReportColumns } from './report-columns.js';

/** Longest text that is parsed: it then takes many times its length. A report of 4,096 labels has 4 MiB. */
const LONGEST_PARSED_BYTES = 32 * 1024 * 1024;
/** Deepest text that is parsed: V8's parser has its stack on the native heap, outside of every limit of the JS heap. */
const DEEPEST_PARSED = 1000;

const LONGEST_INPUT_BYTES = 64 * 1024;

/** What `read` returns; anything else is the reason why a line is no record. */
export const BLANK = 'blank';
export const RECORD = 'record';

const NO_MEMBER = 'is an object without input, profile or error: not a record';

const NO_LINE = bytesOf('');

/**
 * Reads records line by line, and tells of the one read last. It learns what the records look like: a thread keeps one
 * for all of its lines.
 */
export class RecordReader {
  readonly scanner: RecordScanner;
  /** The profile; undefined where only the columns hold it. */
  report: Report | undefined;
  isProfiled = false;
  isFailed = false;
  #line: Bytes = NO_LINE;
  readonly #hash = new Uint32Array(HASH_WORDS);
  #isHashed = false;
  /** Undefined until it has been asked for. */
  #name: string | null | undefined;

  /** @param groupMember a member of the record, to be found as `group` */
  constructor(groupMember?: string) {
    this.scanner = new RecordScanner(groupMember);
  }

  /**
   * @param from start of a line that ends with a newline, with slack behind it
   * @returns `BLANK`, `RECORD`, or why it is no record
   */
  read(text: Bytes, from: number): string {
    const kind = this.scanner.scan(text, from);
    if (kind === 'blank') return BLANK;
    if (kind !== 'record') return REASONS[kind];
    const { bytes } = text;
    const { input, error, profile } = this.scanner;
    // Any other file of JSON would count as a record without a profile, and its zeros as a result.
    if (input.from < 0 && error.from < 0 && profile.from < 0) return NO_MEMBER;
    this.#line = text;
    this.#isHashed = false;
    this.#name = undefined;
    this.report = undefined;
    this.isProfiled = profile.from >= 0 && !isNull(bytes, profile);
    this.isFailed = error.from >= 0 && !isNull(bytes, error);
    if (this.isProfiled && !this.scanner.isProfileRead) {
      const parsed = parseProfile(text, profile);
      if (typeof parsed === 'string') return parsed;
      this.report = parsed;
      this.scanner.columns.fill(parsed);
      this.scanner.report.learn(parsed);
    }
    return RECORD;
  }

  /** The numbers of the profile. */
  get columns(): ReportColumns {
    return this.scanner.columns;
  }

  /** The process of the profile. */
  get pid(): number | null {
    return this.report === undefined ? this.scanner.report.ids.pid : this.report.pid;
  }

  /** The job of the profile. */
  get slurm(): SlurmIdentity | undefined {
    return this.report === undefined ? this.scanner.report.slurm : this.report.slurm;
  }

  get namesInput(): boolean {
    const { input } = this.scanner;
    return input.from >= 0 && !isNull(this.#line.bytes, input);
  }

  /** Null where the record names no input, or one that is too long to be shown. */
  inputName(): string | null {
    if (this.#name === undefined) this.#name = this.#readName();
    return this.#name;
  }

  #readName(): string | null {
    const { input } = this.scanner;
    if (!this.namesInput || input.end - input.from > LONGEST_INPUT_BYTES) return null;
    const text = textOf(this.#line.bytes, input);
    return text.startsWith('"') ? JSON.parse(text) : text;
  }

  /** The hash of the input that the record names, in an array that the next record overwrites. */
  inputHash(): Uint32Array {
    if (this.#isHashed) return this.#hash;
    this.#isHashed = true;
    const { from, end } = this.scanner.input;
    const { bytes } = this.#line;
    const isEscaped = bytes.subarray(from, Math.min(end, from + LONGEST_INPUT_BYTES)).includes(BACKSLASH);
    const name = isEscaped ? this.inputName() : null;
    if (name === null) hashInto(this.#line, from, end, this.#hash, 0);
    else {
      // The same text may be written with other escapes, or without any.
      const written = bytesOf(JSON.stringify(name));
      hashInto(written, 0, written.bytes.length, this.#hash, 0);
    }
    return this.#hash;
  }

  /** The value of the member that was to be found as `group`. */
  groupValue(): unknown {
    return parsedValue(this.#line, this.scanner.group);
  }

  errorValue(): unknown {
    return parsedValue(this.#line, this.scanner.error);
  }
}

const REASONS: Readonly<Record<Exclude<LineKind, 'blank' | 'record'>, string>> = {
  malformed: 'is not JSON',
  'no object': 'is JSON, but not an object: not a record',
  torn: 'ends in the middle of a record: torn off, or still being written',
};

/** The report, or why the record is not taken. */
function parseProfile(text: Bytes, slice: Slice): Report | string {
  if (!canBeParsed(text, slice)) return 'its profile is longer or deeper than a report can be';
  try {
    const report: unknown = JSON.parse(textOf(text.bytes, slice));
    checkReport(report);
    return report;
  } catch (error) {
    return `its profile cannot be taken: ${(error as Error).message}`;
  }
}

function canBeParsed(text: Bytes, { from, end }: Slice): boolean {
  return end - from <= LONGEST_PARSED_BYTES && skipValue(text, from, DEEPEST_PARSED) !== MALFORMED;
}

/** The value of a member; undefined where the record has none, or one that is too long or too deep to be parsed. */
function parsedValue(text: Bytes, slice: Slice): unknown {
  return slice.from < 0 || !canBeParsed(text, slice) ? undefined : JSON.parse(textOf(text.bytes, slice));
}

function textOf(bytes: Buffer, { from, end }: Slice): string {
  return bytes.toString('utf8', from, end);
}

function isNull(bytes: Buffer, { from }: Slice): boolean {
  return bytes[from] === 0x6e;
}
