import { UsageError } from '../model/usage-error.js';
import { findRecordFiles } from '../records/files.js';
import type { ReadOutcome } from '../records/read-outcome.js';
import type { RecordFile } from '../records/record-file.js';
import { loadOfReport } from './load.js';
import type { SideOrigin } from './result.js';
import type { Side } from './side.js';
import { readWholeReport, type WholeReport } from './whole-report.js';

/** What is given for one side: files of records, or a report. */
export interface OpenSide {
  readonly name: string;
  readonly files: readonly RecordFile[];
  readonly report: WholeReport | undefined;
}

/** @throws {UsageError} naming what can only be read once */
export function openSide(operand: string): OpenSide {
  const { files } = findRecordFiles([operand]);
  const [first] = files;
  for (const { path, bytes } of files) {
    if (bytes === undefined) throw new UsageError(`${path}: may have to be read twice, give a file instead of a pipe`);
  }
  const report = files.length === 1 ? readWholeReport(first!) : undefined;
  return { name: operand, files, report };
}

/** The records of a side, as far as they are compared. */
export interface ReadSide {
  readonly outcome: ReadOutcome;
  readonly side: Side;
}

/** @param read undefined for a report */
export function originOf({ name, files, report }: OpenSide, read: ReadSide | undefined): SideOrigin {
  if (read === undefined) {
    const records = report?.records ?? null;
    const load = report === undefined ? null : loadOfReport(report);
    const failed = report?.failed ?? 0;
    return { name, files: null, records, failed, unprofiled: 0, nameless: 0, processes: null, load };
  }
  const { records, failed } = read.outcome;
  const { nameless, processes, load } = read.side;
  return {
    name,
    files: files.length,
    records,
    failed,
    unprofiled: goodUnprofiled(read.outcome),
    nameless,
    processes,
    load,
  };
}

/** A record that failed is left out for that, whether or not it has a profile. */
export function goodUnprofiled({ unprofiled, failedUnprofiled }: ReadOutcome): number {
  return unprofiled - failedUnprofiled;
}
