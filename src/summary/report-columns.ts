import { HEADER_NUMBERS } from '../report/merge-header.js';
import { ROW_NUMBERS } from '../report/merge-rows.js';
import { NUMBER_METRICS } from '../report/number-metrics.js';
import type { ModuleKib, Report } from '../report/report.js';

const FIELDS = NUMBER_METRICS.map(({ field }) => field);

/** The numbers of one report as they are folded: filled anew for each record, so that none leaves garbage. */
export class ReportColumns {
  /** In the order of `HEADER_NUMBERS`, NaN for null. */
  readonly header = new Float64Array(HEADER_NUMBERS.length);
  rows = 0;
  readonly labels: string[] = [];
  readonly modules: (ModuleKib | null)[] = [];
  /** `ROW_NUMBERS` a row in the order of `NUMBER_METRICS`, NaN for null. */
  numbers = new Float64Array(64 * ROW_NUMBERS);
  /** Bucket and count in turn, of all rows one after another. */
  pairs = new Float64Array(512);
  /** Of each row where its pairs end. */
  pairsEnd = new Int32Array(64);

  /** Room for row number `rows`. */
  reserveRow(): void {
    if (this.rows < this.pairsEnd.length) return;
    this.numbers = enlarged(this.numbers);
    const ends = new Int32Array(this.pairsEnd.length * 2);
    ends.set(this.pairsEnd);
    this.pairsEnd = ends;
  }

  /** Room for one more pair at `used`. */
  reservePair(used: number): this {
    if (used + 2 > this.pairs.length) this.pairs = enlarged(this.pairs);
    return this;
  }

  /** @param report of the right shape */
  fill(report: Report): void {
    HEADER_NUMBERS.forEach((field, index) => {
      this.header[index] = (report[field] as number | null | undefined) ?? Number.NaN;
    });
    this.rows = 0;
    let used = 0;
    for (const row of report.stages) {
      this.reserveRow();
      this.labels[this.rows] = row.stage;
      this.modules[this.rows] = row.native_modules ?? null;
      const offset = this.rows * ROW_NUMBERS;
      for (let index = 0; index < ROW_NUMBERS; index++)
        this.numbers[offset + index] = row[FIELDS[index]!] ?? Number.NaN;
      for (const [bucket, count] of row.wall_hist) {
        this.reservePair(used);
        this.pairs[used++] = bucket;
        this.pairs[used++] = count;
      }
      this.pairsEnd[this.rows++] = used;
    }
  }
}

function enlarged(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
