import type { ModuleKib } from '../model/composition.js';
import { MODULE_METRICS, NUMBER_METRICS } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { HEADER_NUMBERS } from '../report/merge-header.js';
import { ROW_NUMBERS } from '../report/merge-rows.js';
import { copyWithRoom } from '../store/copy-with-room.js';

const FIELDS = NUMBER_METRICS.map(({ field }) => field);

/** The numbers of one report, ready to be added up. Each report overwrites the one before: none leaves garbage. */
export class ReportColumns {
  /** In the order of `HEADER_NUMBERS`, NaN for null. */
  readonly header = new Float64Array(HEADER_NUMBERS.length);
  rows = 0;
  readonly labels: string[] = [];
  /** By row, for each of `MODULE_METRICS`. */
  readonly modules: readonly (ModuleKib | null)[][] = MODULE_METRICS.map(() => []);
  /** `ROW_NUMBERS` a row in the order of `NUMBER_METRICS`, NaN for null. */
  numbers = new Float64Array(64 * ROW_NUMBERS);
  /** The histograms of all rows one after another: bucket and count in turn. */
  pairs = new Float64Array(512);
  hasProgram = false;
  /** Growth by octave of all rows one after another: octave and KiB in turn. */
  octaves = new Float64Array(512);
  /** The numbers of the row of the whole program. Its pairs and octaves stand before those of the other rows. */
  readonly program = new Float64Array(ROW_NUMBERS);
  readonly programModules: (ModuleKib | null)[] = MODULE_METRICS.map(() => null);
  programPairsEnd = 0;
  programOctavesEnd = 0;
  /** Where the pairs of each row end. */
  pairsEnd = new Int32Array(64);
  /** Where the octaves of each row end. */
  octavesEnd = new Int32Array(64);

  /** Room for row number `rows`. */
  reserveRow(): void {
    if (this.rows < this.pairsEnd.length) return;
    this.numbers = copyWithRoom(this.numbers, this.numbers.length * 2);
    this.pairsEnd = copyWithRoom(this.pairsEnd, this.pairsEnd.length * 2);
    this.octavesEnd = copyWithRoom(this.octavesEnd, this.octavesEnd.length * 2);
  }

  /** Room for one more pair at `used`. */
  reservePair(used: number): this {
    if (used + 2 > this.pairs.length) this.pairs = copyWithRoom(this.pairs, this.pairs.length * 2);
    return this;
  }

  /** Room for one more pair of octave and KiB at `used`. */
  reserveOctave(used: number): this {
    if (used + 2 > this.octaves.length) this.octaves = copyWithRoom(this.octaves, this.octaves.length * 2);
    return this;
  }

  /** @param report of the right shape */
  fill(report: Report): void {
    HEADER_NUMBERS.forEach((field, index) => {
      this.header[index] = (report[field] as number | null | undefined) ?? Number.NaN;
    });
    this.rows = 0;
    const { program } = report;
    this.hasProgram = program !== null && program !== undefined;
    this.programPairsEnd = 0;
    this.programOctavesEnd = 0;
    if (program) {
      fillNumbers(this.program, 0, program);
      MODULE_METRICS.forEach(({ field }, index) => {
        this.programModules[index] = program[field] ?? null;
      });
      this.programPairsEnd = this.#fillPairs(program, 0);
      this.programOctavesEnd = this.#fillOctaves(program, 0);
    }
    let used = this.programPairsEnd;
    let usedOctaves = this.programOctavesEnd;
    for (const row of report.stages) {
      this.reserveRow();
      this.labels[this.rows] = row.stage;
      MODULE_METRICS.forEach(({ field }, index) => {
        this.modules[index]![this.rows] = row[field] ?? null;
      });
      fillNumbers(this.numbers, this.rows * ROW_NUMBERS, row);
      used = this.#fillPairs(row, used);
      usedOctaves = this.#fillOctaves(row, usedOctaves);
      this.pairsEnd[this.rows] = used;
      this.octavesEnd[this.rows++] = usedOctaves;
    }
  }

  /** @returns where its octaves end */
  #fillOctaves({ growth_by_octave }: StageRow, from: number): number {
    let used = from;
    for (const [octave, kib] of growth_by_octave ?? []) {
      this.reserveOctave(used);
      this.octaves[used++] = octave;
      this.octaves[used++] = kib;
    }
    return used;
  }

  /** @returns where its pairs end */
  #fillPairs({ wall_hist }: StageRow, from: number): number {
    let used = from;
    for (const [bucket, count] of wall_hist) {
      this.reservePair(used);
      this.pairs[used++] = bucket;
      this.pairs[used++] = count;
    }
    return used;
  }
}

function fillNumbers(numbers: Float64Array, offset: number, row: StageRow): void {
  for (let index = 0; index < ROW_NUMBERS; index++) numbers[offset + index] = row[FIELDS[index]!] ?? Number.NaN;
}
