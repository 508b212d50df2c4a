import type { ModuleKib } from '../model/composition.js';
import type { Report, SlurmIdentity } from '../model/report.js';
import {
  isBucket,
  isCount,
  isGrowth,
  isModules,
  isObjectMember,
  isOctave,
  type ObjectMember,
} from '../model/report-check.js';
import type { HeaderMerger } from '../report/merge-header.js';
import { ROW_NUMBERS } from '../report/merge-rows.js';
import type { Bytes } from './bytes.js';
import { ARRAY_BEGIN, ARRAY_END, BACKSLASH, COMMA, QUOTE } from './json-codes.js';
import { MALFORMED, skipValue } from './json-scanner.js';
import { type Literals, literalsOf, matchLiteral } from './literal.js';
import { scanNumber } from './number-scanner.js';
import { scanPairs } from './pair-scanner.js';
import type { ReportColumns } from './report-columns.js';
import { type HeaderHole, HISTOGRAM, MODULES, OCTAVES, type ReportShape, shapeOf } from './report-shape.js';

const MOST_SHAPES = 4;
/** A corpus whose shapes are nearly all new gains nothing from learning them. */
const MOST_MISSES = 1000;
const MOST_ROWS = 65_536;
/** Limits of a value that is parsed within a report of a known shape. */
const DEEPEST_VALUE = 6;
const LONGEST_VALUE = 65_536;

/**
 * A report with a longer label is parsed, which is slower. The profiler makes labels of up to 1,024 UTF-16 units and
 * `.(other)`. In UTF-8 they take up to three times as many bytes.
 */
const LONGEST_SCANNED_LABEL_BYTES = 1024;

const NULL_BEGIN = 0x6e;
const ROW_BEGIN = literalsOf(['{"stage":"']);

/** The label of a row. The row at the same index of the next report is likely to have it too. */
interface Guess {
  readonly label: string;
  readonly text: Literals;
}

/** Reads reports of a shape that it has learned straight into columns, several times as fast as `JSON.parse`. */
export class ReportScanner {
  /** The shape of the report read last. */
  shape: ReportShape | undefined;
  readonly ids = { pid: null as number | null, thread: null as number | null };
  /** The members that its shape has holes for. The others are what an earlier report left here. */
  readonly objects: Partial<Record<ObjectMember, unknown>> = {};
  /** Counts of sources by their index, of the report read last. */
  readonly sourceCounts = new Float64Array(64);

  /** Holds a number until it has been checked. */
  readonly #number = new Float64Array(1);
  readonly #columns: ReportColumns;
  #value: unknown = null;
  #shapes: ReportShape[] = [];
  #misses = 0;
  readonly #guesses: Guess[] = [];
  #pairsUsed = 0;
  #octavesUsed = 0;

  constructor(columns: ReportColumns) {
    this.#columns = columns;
  }

  /** @returns position behind the report, or `MALFORMED` where it is not of a shape learned so far */
  scan(input: Bytes, from: number): number {
    for (let index = 0; index < this.#shapes.length; index++) {
      const shape = this.#shapes[index]!;
      const end = this.#scanShape(shape, input, from);
      if (end === MALFORMED) continue;
      this.shape = shape;
      // The shape of the last report is tried first.
      if (index > 0) this.#shapes = [shape, ...this.#shapes.filter((other) => other !== shape)];
      return end;
    }
    this.shape = undefined;
    return MALFORMED;
  }

  /** @param report that is valid, and not of a known shape */
  learn(report: Report): void {
    if (this.#misses > MOST_MISSES) return;
    this.#misses++;
    const shape = shapeOf(report);
    if (shape !== undefined) this.#shapes = [shape, ...this.#shapes.slice(0, MOST_SHAPES - 1)];
  }

  /** The job of the report read last, which need not be that of the report whose shape was learned. */
  get slurm(): SlurmIdentity | undefined {
    return this.shape!.hasSlurm ? (this.objects.slurm as SlurmIdentity) : undefined;
  }

  /** Adds the members of the header that are no sums. @param isFirst of this shape for the merger */
  addOthers(header: HeaderMerger, isFirst: boolean): void {
    const { others, headerHoles } = this.shape!;
    if (isFirst) {
      const objects = headerHoles.flatMap((hole) =>
        hole.kind === 'object' ? [[hole.field, this.objects[hole.field]]] : [],
      );
      header.addOthers({ ...others, ...this.ids, ...Object.fromEntries(objects) });
    }
    for (const hole of headerHoles) {
      if (hole.kind === 'sourceCount') header.addSourceCount(hole.index, this.sourceCounts[hole.index]!);
      else if (isFirst) continue;
      else if (hole.kind === 'id') header.addOther(hole.field, this.ids[hole.field]);
      else if (hole.kind === 'object') header.addOther(hole.field, this.objects[hole.field]);
    }
  }

  #scanShape(shape: ReportShape, input: Bytes, from: number): number {
    this.#columns.header.fill(Number.NaN);
    this.#columns.rows = 0;
    this.#columns.hasProgram = shape.hasProgram;
    if (shape.hasProgram) this.#columns.program.fill(Number.NaN);
    this.#columns.programModules.fill(null);
    this.#columns.programPairsEnd = 0;
    this.#columns.programOctavesEnd = 0;
    this.#pairsUsed = 0;
    this.#octavesUsed = 0;
    let at = this.#scanHeader(shape.before, shape.beforeHoles, input, from);
    if (at === MALFORMED) return MALFORMED;
    const { bytes } = input;
    if (bytes[at] !== ARRAY_END) {
      for (;;) {
        at = this.#scanRow(shape, input, at);
        if (at === MALFORMED) return MALFORMED;
        if (bytes[at] !== COMMA) break;
        at++;
      }
    }
    return this.#scanHeader(shape.after, shape.afterHoles, input, at);
  }

  #scanHeader(texts: Literals, holes: readonly HeaderHole[], input: Bytes, from: number): number {
    const { bytes, view } = input;
    let at = from;
    for (let index = 0; ; index++) {
      at = matchLiteral(texts, index, view, at);
      if (at === MALFORMED || index === holes.length) return at;
      const hole = holes[index]!;
      if (hole.kind === 'object') {
        at = this.#scanValue(input, at);
        this.objects[hole.field] = this.#value;
        if (at === MALFORMED || !isObjectMember(hole.field, this.#value)) return MALFORMED;
        continue;
      }
      if (hole.kind === 'program') {
        at = this.#scanProgram(hole.at, input, at);
        if (at === MALFORMED) return MALFORMED;
        continue;
      }
      at = scanNumber(bytes, at, this.#number, 0);
      if (at === MALFORMED || !this.#takeHeader(hole)) return MALFORMED;
    }
  }

  #takeHeader(hole: HeaderHole): boolean {
    const value = this.#number[0]!;
    switch (hole.kind) {
      case 'number':
        this.#columns.header[hole.index] = value;
        return true;
      case 'id':
        this.ids[hole.field] = value === value ? value : null;
        return true;
      case 'sourceCount':
        this.sourceCounts[hole.index] = value;
        return isCount(value);
      default:
        return true;
    }
  }

  #scanProgram(hole: number, input: Bytes, from: number): number {
    const columns = this.#columns;
    if (hole >= 0) return scanNumber(input.bytes, from, columns.program, hole);
    if (hole === HISTOGRAM) {
      const end = scanPairs(input.bytes, from, this.#takeBucket);
      columns.programPairsEnd = this.#pairsUsed;
      return end;
    }
    if (hole === OCTAVES) {
      const end = this.#scanOctaves(input.bytes, from);
      columns.programOctavesEnd = this.#octavesUsed;
      return end;
    }
    if (hole > MODULES) return scanNumber(input.bytes, from, this.#number, 0);
    const end = this.#scanValue(input, from);
    if (end === MALFORMED || !isModules(this.#value)) return MALFORMED;
    columns.programModules[MODULES - hole] = this.#value as ModuleKib | null;
    return end;
  }

  #scanRow({ row, rowHoles, missing }: ReportShape, input: Bytes, from: number): number {
    const { bytes, view } = input;
    const columns = this.#columns;
    if (columns.rows === MOST_ROWS) return MALFORMED;
    columns.reserveRow();
    const offset = columns.rows * ROW_NUMBERS;
    const { numbers } = columns;
    for (const modules of columns.modules) modules[columns.rows] = null;
    for (const index of missing) numbers[offset + index] = Number.NaN;
    let at = matchLiteral(ROW_BEGIN, 0, view, from);
    if (at === MALFORMED) return MALFORMED;
    at = this.#scanLabel(bytes, view, at);
    if (at === MALFORMED) return MALFORMED;
    for (let index = 0; ; index++) {
      at = matchLiteral(row, index, view, at);
      if (at === MALFORMED) return MALFORMED;
      if (index === rowHoles.length) break;
      const hole = rowHoles[index]!;
      if (hole >= 0) at = scanNumber(bytes, at, numbers, offset + hole);
      else if (hole === HISTOGRAM) at = scanPairs(bytes, at, this.#takeBucket);
      else if (hole === OCTAVES) at = this.#scanOctaves(bytes, at);
      else if (hole <= MODULES) {
        at = this.#scanValue(input, at);
        if (!isModules(this.#value)) return MALFORMED;
        columns.modules[MODULES - hole]![columns.rows] = this.#value as ModuleKib | null;
      } else at = scanNumber(bytes, at, this.#number, 0);
      if (at === MALFORMED) return MALFORMED;
    }
    columns.octavesEnd[columns.rows] = this.#octavesUsed;
    columns.pairsEnd[columns.rows++] = this.#pairsUsed;
    return at;
  }

  /** A small object or array, or null, into `#value`. */
  #scanValue(input: Bytes, from: number): number {
    const { bytes } = input;
    this.#value = null;
    const first = bytes[from]!;
    if (first === ARRAY_BEGIN && bytes[from + 1] === ARRAY_END) {
      this.#value = [];
      return from + 2;
    }
    const end = skipValue(input, from, DEEPEST_VALUE);
    if (end === MALFORMED || first === NULL_BEGIN) return end;
    if (end - from > LONGEST_VALUE) return MALFORMED;
    this.#value = JSON.parse(bytes.toString('utf8', from, end));
    return end;
  }

  /** @param from behind the opening quote @returns position behind the closing one */
  #scanLabel(bytes: Buffer, view: DataView, from: number): number {
    const { labels, rows } = this.#columns;
    const guess = this.#guesses[rows];
    if (guess !== undefined) {
      const end = matchLiteral(guess.text, 0, view, from);
      if (end !== MALFORMED) {
        labels[rows] = guess.label;
        return end;
      }
    }
    let end = from;
    for (let byte = bytes[end]!; byte !== QUOTE; byte = bytes[++end]!) {
      if (byte < 0x20 || byte === BACKSLASH) return MALFORMED;
    }
    if (end - from > LONGEST_SCANNED_LABEL_BYTES) return MALFORMED;
    const label = bytes.toString('utf8', from, end);
    labels[rows] = label;
    this.#guesses[rows] = { label, text: literalsOf([`${label}"`]) };
    return end + 1;
  }

  readonly #takeBucket = (bucket: number, count: number): boolean => {
    if (!isBucket(bucket) || !isCount(count)) return false;
    const { pairs } = this.#columns.reservePair(this.#pairsUsed);
    pairs[this.#pairsUsed++] = bucket;
    pairs[this.#pairsUsed++] = count;
    return true;
  };

  readonly #takeOctave = (octave: number, kib: number): boolean => {
    if (!isOctave(octave) || !isGrowth(kib)) return false;
    const { octaves } = this.#columns.reserveOctave(this.#octavesUsed);
    octaves[this.#octavesUsed++] = octave;
    octaves[this.#octavesUsed++] = kib;
    return true;
  };

  /** Pairs of octave and KiB, or null. */
  #scanOctaves(bytes: Buffer, from: number): number {
    if (bytes[from] === ARRAY_BEGIN) return scanPairs(bytes, from, this.#takeOctave);
    const end = scanNumber(bytes, from, this.#number, 0);
    return Number.isNaN(this.#number[0]) ? end : MALFORMED;
  }
}
