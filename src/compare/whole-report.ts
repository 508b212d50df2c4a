import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Report } from '../model/report.js';
import { checkReport } from '../model/report-check.js';
import { SetupError, systemReason } from '../model/setup-error.js';
import { withoutMark } from '../records/byte-order-mark.js';
import type { RecordFile } from '../records/record-file.js';

/** A report of 131,072 labels has about so many bytes. */
const LARGEST_REPORT_BYTES = 256 * 1024 * 1024;

/** The first member of every report. A record that begins with it would have no input. */
const REPORT_BEGIN = /^\s*\{\s*"schema"\s*:/;
const HEAD_BYTES = 64;

/** A report; `summarize --format json` adds the number of records, and how many of them failed if any did. */
export type WholeReport = Report & { readonly records?: number; readonly failed?: number };

/**
 * The report of a file that holds nothing else, as `run --out` and `summarize --format json` write it.
 * @returns undefined where the file holds something else, such as records
 * @throws {SetupError} where the file begins like a report and holds none
 */
export function readWholeReport({ path, bytes }: RecordFile): WholeReport | undefined {
  if (bytes === undefined || !beginsLikeReport(path)) return undefined;
  if (bytes > LARGEST_REPORT_BYTES) throw new SetupError(`${path}: is too large for a report`);
  try {
    const report: unknown = JSON.parse(withoutMark(readFileSync(path, 'utf8')));
    checkReport(report);
    return report;
  } catch (error) {
    throw new SetupError(`${path}: begins like a report and is none, ${systemReason(error)}`);
  }
}

function beginsLikeReport(path: string): boolean {
  try {
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return REPORT_BEGIN.test(withoutMark(head.toString('utf8', 0, readSync(fd, head, 0, HEAD_BYTES, 0))));
    } finally {
      closeSync(fd);
    }
  } catch {
    // The error is reported where the records are read.
    return false;
  }
}
