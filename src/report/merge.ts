import type { Report } from '../model/report.js';
import { checkReport } from '../model/report-check.js';
import { formatWarning } from '../model/warnings.js';
import { HeaderMerger, type HeaderState } from './merge-header.js';
import { RowMerger, type RowsState } from './merge-rows.js';

/**
 * One report of many: rows by label in order of first entry, flows, growths and counts added, peaks and worst
 * values the highest of all. A value that is null in some reports is that of the others.
 *
 * One pass; memory grows with the number of labels, not of reports. The order of the reports changes the order
 * of the rows and warnings, nothing else, not even a last digit: sums are exact and rounded once. No reports at
 * all give a report with no rows, totals of zero and every source absent; being weaker than any other, its sources
 * stay absent when it is merged again.
 *
 * @throws {Error} `ERR_STAGEPROF_SCHEMA` for what is no report of this schema
 */
export function mergeReports(reports: Iterable<Report>): Report {
  const merger = new ReportMerger();
  for (const report of reports) merger.add(report);
  return merger.result();
}

/** What a merger has come to, for another one in another thread. */
export interface MergerState {
  readonly header: HeaderState | undefined;
  readonly rows: RowsState;
}

/** `mergeReports` for reports that arrive one by one, such as from a stream, or from several. */
export class ReportMerger {
  readonly header = new HeaderMerger();
  readonly rows: RowMerger;
  readonly #maxLabels: number | undefined;

  /** @param maxLabels past so many, rows of new labels go into `(other)`, and a warning says how many */
  constructor({ maxLabels }: { readonly maxLabels?: number } = {}) {
    this.#maxLabels = maxLabels;
    this.rows = new RowMerger(maxLabels);
  }

  /** @throws {Error} `ERR_STAGEPROF_SCHEMA` for what is no report of this schema; nothing of it is added */
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

  /** Shares its arrays with the merger, which must not be used any more. */
  state(): MergerState {
    return { header: this.header.state(), rows: this.rows.state() };
  }

  /** Adds what another merger has come to, as if its reports were added one by one. */
  absorb({ header, rows }: MergerState): void {
    if (header !== undefined) this.header.absorb(header);
    this.rows.absorb(rows);
  }
}
