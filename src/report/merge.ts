import type { Report } from '../model/report.js';
import { checkReport } from '../model/report-check.js';
import { formatWarning } from '../model/warnings.js';
import { HeaderMerger, type HeaderState } from './merge-header.js';
import { RowMerger, type RowsState } from './merge-rows.js';

/**
 * Merges reports into one. The rows are merged by label, in order of first entry: flows, growths and counts are added,
 * and of peaks and worst values the highest is kept. A value that is null in some reports is taken from the others.
 *
 * It takes one pass, and memory that grows with the number of labels, not of reports. The order of the reports changes
 * the order of rows and warnings, and nothing else, not even a last digit: sums are exact and rounded once. Without any
 * report the result has no rows, totals of zero and every source absent. If it is merged again, its sources stay
 * absent, because absent is the weakest truth.
 *
 * @throws {Error} `ERR_STAGEPROF_SCHEMA` for a value that is no report of this schema
 */
export function mergeReports(reports: Iterable<Report>): Report {
  const merger = new ReportMerger();
  for (const report of reports) merger.add(report);
  return merger.result();
}

/** The state of a merger, for another merger in another thread. */
export interface MergerState {
  readonly header: HeaderState | undefined;
  readonly rows: RowsState;
}

/** `mergeReports` for reports that arrive one by one, such as from a stream. */
export class ReportMerger {
  readonly header = new HeaderMerger();
  readonly rows: RowMerger;
  readonly #maxLabels: number | undefined;

  /** @param maxLabels the rows of any further label are added to `(other)`, and a warning counts them */
  constructor({ maxLabels }: { readonly maxLabels?: number } = {}) {
    this.#maxLabels = maxLabels;
    this.rows = new RowMerger(maxLabels);
  }

  /** @throws {Error} `ERR_STAGEPROF_SCHEMA` for a value that is no report of this schema; nothing of it is added */
  add(report: Report): void {
    checkReport(report);
    const { stages, ...header } = report;
    this.header.add(header);
    for (const row of stages) this.rows.add(row);
  }

  result(): Report {
    const header = this.header.result();
    const { folded } = this.rows;
    const warnings =
      folded === 0
        ? header.warnings
        : [...header.warnings, formatWarning(`rows of labels past ${this.#maxLabels}, added up in (other)`, folded)];
    return { ...header, warnings, stages: this.rows.result() };
  }

  /** The state shares its arrays with this merger, which must not be used any more. */
  state(): MergerState {
    return { header: this.header.state(), rows: this.rows.state() };
  }

  /** Adds the state of another merger, as if its reports were added one by one. */
  absorb({ header, rows }: MergerState): void {
    if (header !== undefined) this.header.absorb(header);
    this.rows.absorb(rows);
  }
}
