import { checkReport } from '../report/check.js';
import { type MergerState, ReportMerger } from '../report/merge.js';
import { ROW_NUMBERS, type RowsState } from '../report/merge-rows.js';
import type { Report } from '../report/report.js';
import type { Bytes } from './bytes.js';
import { type FailureCounts, Failures } from './failures.js';
import { Groups, groupName, memberAt } from './groups.js';
import { hashInto } from './input-hash.js';
import { MALFORMED, skipValue } from './json-scanner.js';
import { type LineKind, RecordScanner, type Slice } from './record-scanner.js';
import { InputHashes } from './repeated-inputs.js';
import type { ReportShape } from './report-shape.js';
import { type Place, WorstInputs, type WorstState } from './worst.js';

/** Rows past so many labels or groups are added up in `(other)`: memory has to have a bound. */
export const MOST_LABELS = 131_072;

/** Of what is parsed: it then takes many times its length. A report of 4,096 labels has 4 MiB. */
const LONGEST_PARSED_BYTES = 32 * 1024 * 1024;
/** V8 keeps a stack on the native heap for what it parses, past any limit of the JS heap. */
const DEEPEST_PARSED = 1000;

const LONGEST_INPUT_BYTES = 64 * 1024;

const BACKSLASH = 0x5c;

/** Malformed lines that are named; the others are counted. */
export const MOST_NAMED = 20;

export interface MalformedLine extends Place {
  readonly reason: string;
}

/** What the records of some parts come to. */
export interface FoldState {
  readonly records: number;
  readonly failed: number;
  readonly failures: FailureCounts;
  readonly unprofiled: number;
  readonly malformed: number;
  readonly named: readonly MalformedLine[];
  /** Of the inputs of good records. */
  readonly inputs: Uint32Array;
  readonly merger: MergerState;
  readonly groups: RowsState | undefined;
  readonly worst: WorstState;
}

/** What the records are grouped by, in place of their stages: a dotted path. */
export type GroupPath = readonly [member: string, ...path: string[]];

/** Reads records line by line: the part of it that learns, and is kept while totals are handed over. */
export class RecordReader {
  readonly scanner: RecordScanner;

  constructor(readonly groupBy?: GroupPath) {
    this.scanner = new RecordScanner(groupBy?.[0]);
  }
}

/** Adds up records line by line. */
export class RecordFold {
  #records = 0;
  #failed = 0;
  #unprofiled = 0;
  #malformed = 0;
  readonly #named: MalformedLine[] = [];
  readonly #failures = new Failures();
  readonly #inputs = new InputHashes();
  readonly #merger = new ReportMerger({ maxLabels: MOST_LABELS });
  readonly #groups: Groups | undefined;
  readonly #worst = new WorstInputs(MOST_LABELS);
  readonly #shapes = new Set<ReportShape>();
  readonly #scanner: RecordScanner;
  readonly #groupPath: readonly string[];

  constructor({ scanner, groupBy }: RecordReader) {
    this.#scanner = scanner;
    this.#groupPath = groupBy?.slice(1) ?? [];
    this.#groups = groupBy === undefined ? undefined : new Groups(MOST_LABELS);
  }

  /** @param from start of a line that ends with a newline, with slack behind it */
  addLine(input: Bytes, from: number, place: Place): void {
    const kind = this.#scanner.scan(input, from);
    if (kind === 'blank') return;
    if (kind !== 'record') {
      this.addMalformed(place, REASONS[kind]);
      return;
    }
    const { bytes } = input;
    const { error, profile } = this.#scanner;
    const isProfiled = profile.from >= 0 && !isNull(bytes, profile);
    let report: Report | undefined;
    if (isProfiled && !this.#scanner.isProfileRead) {
      const parsed = parseProfile(input, profile);
      if (typeof parsed === 'string') {
        this.addMalformed(place, parsed);
        return;
      }
      report = parsed;
      this.#scanner.columns.fill(report);
      this.#scanner.report.learn(report);
    }
    const isFailed = error.from >= 0 && !isNull(bytes, error);
    this.#records++;
    if (isFailed) {
      this.#failed++;
      this.#failures.add(parsedValue(input, error));
    } else this.#addInput(input);
    if (isProfiled) this.#addProfile(report);
    else this.#unprofiled++;
    const inputName = () => inputOf(bytes, this.#scanner.input);
    if (this.#groups !== undefined) this.#addGroup(this.#groups, input, isFailed, isProfiled, place, inputName);
    else if (isProfiled) this.#addWorst(place, inputName);
  }

  addMalformed({ part, line }: Place, reason: string): void {
    this.#malformed++;
    if (this.#named.length < MOST_NAMED) this.#named.push({ part, line, reason });
  }

  state(): FoldState {
    return {
      records: this.#records,
      failed: this.#failed,
      failures: this.#failures.state(),
      unprofiled: this.#unprofiled,
      malformed: this.#malformed,
      named: this.#named,
      inputs: this.#inputs.state(),
      merger: this.#merger.state(),
      groups: this.#groups?.rows.state(),
      worst: this.#worst.state(),
    };
  }

  /** @param report undefined where only the columns hold it */
  #addProfile(report: Report | undefined): void {
    const { columns, report: scanner } = this.#scanner;
    const { header, rows } = this.#merger;
    for (let index = 0; index < columns.header.length; index++) {
      const value = columns.header[index]!;
      if (value === value) header.addNumber(index, value);
    }
    if (report !== undefined) {
      header.addOthers(report);
      header.noteLacking(report);
    } else {
      const shape = scanner.shape!;
      if (!this.#shapes.has(shape)) header.noteLacking(shape.others);
      scanner.addOthers(header, !this.#shapes.has(shape));
      this.#shapes.add(shape);
    }
    let pair = 0;
    if (columns.hasProgram) {
      const program = header.programRow();
      program.addNumbers(columns.program, 0);
      program.addModules(columns.programModules);
      for (; pair < columns.programPairsEnd; pair += 2)
        program.addCalls(columns.pairs[pair]!, columns.pairs[pair + 1]!);
    }
    for (let index = 0; index < columns.rows; index++) {
      const row = rows.rowOf(columns.labels[index]!);
      row.addNumbers(columns.numbers, index * ROW_NUMBERS);
      row.addModules(columns.modules[index]);
      for (const end = columns.pairsEnd[index]!; pair < end; pair += 2) {
        row.addCalls(columns.pairs[pair]!, columns.pairs[pair + 1]!);
      }
    }
  }

  #addInput(input: Bytes): void {
    const { bytes } = input;
    const slice = this.#scanner.input;
    if (slice.from < 0 || isNull(bytes, slice)) return;
    const { into, at } = this.#inputs.room();
    const isEscaped = bytes
      .subarray(slice.from, Math.min(slice.end, slice.from + LONGEST_INPUT_BYTES))
      .includes(BACKSLASH);
    const name = isEscaped ? inputOf(bytes, slice) : null;
    if (name === null) hashInto(input, slice.from, slice.end, into, at);
    else {
      // The same text may be written with other escapes, or without any.
      const written = bytesOf(JSON.stringify(name));
      hashInto(written, 0, written.bytes.length, into, at);
    }
  }

  #addWorst(place: Place, inputName: () => string | null): void {
    const { columns } = this.#scanner;
    for (let index = 0; index < columns.rows; index++) {
      this.#worst.add(columns.labels[index]!, columns.numbers, index * ROW_NUMBERS, place, inputName);
    }
  }

  #addGroup(
    groups: Groups,
    input: Bytes,
    isFailed: boolean,
    isProfiled: boolean,
    place: Place,
    inputName: () => string | null,
  ): void {
    const { group, columns } = this.#scanner;
    const name = groupName(memberAt(parsedValue(input, group), this.#groupPath));
    groups.add(name, isFailed, isProfiled ? columns : undefined);
    this.#worst.add(name, groups.numbers, 0, place, inputName);
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

function bytesOf(text: string): Bytes {
  const bytes = Buffer.from(text);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

function inputOf(bytes: Buffer, slice: Slice): string | null {
  if (slice.from < 0 || slice.end - slice.from > LONGEST_INPUT_BYTES || isNull(bytes, slice)) return null;
  const text = textOf(bytes, slice);
  return text.startsWith('"') ? JSON.parse(text) : text;
}

function textOf(bytes: Buffer, { from, end }: Slice): string {
  return bytes.toString('utf8', from, end);
}

function isNull(bytes: Buffer, { from }: Slice): boolean {
  return bytes[from] === 0x6e;
}
