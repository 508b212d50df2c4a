import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../model/report.js';
import { readPlainFile } from '../os/plain-file.js';
import type { RecordedLife } from '../page/timeline-part.js';
import { readLastRecording } from '../recorder/last-recording.js';
import type { RecorderMetadata } from '../recorder/metadata.js';
import type { RecorderState } from '../recorder/reader.js';
import { reportOf } from '../recorder/recorded-report.js';
import { movedWarning } from '../recorder/recorder-paths.js';
import { renderTable } from '../render/table.js';
import { mergeReports } from '../report/merge.js';
import { ThreadReports } from './thread-reports.js';

/** What one node process of a program has left. */
export interface LeftReport {
  readonly pid: number;
  /** In milliseconds since 1970. */
  readonly startMs: number;
  /** Null where nothing could be read. */
  readonly report: Report | null;
  /** What its recorder tells about the process; null without a recorder. */
  readonly metadata: Pick<RecorderMetadata, 'parent' | 'command'> | null;
  /** Whether it was killed, or has not ended yet. */
  readonly isCutOff: boolean;
  /** What its recorder has of its resident set over time; null without a recorder. */
  readonly recorded: RecordedLife | null;
}

/** Named by src/preload/preload.cts: process id and start. Worker threads add their id. */
const LEFT_FILE = /^(\d+-\d+)(?:-t\d+(?:-\d+)?)?\.(?:recorder|json)$/;

/** A report with the largest possible number of labels takes some 60 MB. */
const LARGEST_BYTES = 256 * 2 ** 20;

/**
 * The names of what processes have left in a folder. A process with several files gives its name several times.
 *
 * @throws {Error} the system's, where the program has removed the folder
 */
export function leftNames(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => LEFT_FILE.exec(name)?.[1] ?? []);
}

/** In the order in which the processes were started. */
export function byStart(a: string, b: string): number {
  return startOf(a).startMs - startOf(b).startMs || startOf(a).pid - startOf(b).pid;
}

function startOf(name: string): { readonly pid: number; readonly startMs: number } {
  const [pid, startMs] = name.split('-').map(Number) as [number, number];
  return { pid, startMs };
}

/**
 * What a process has left: the report that it wrote itself, or else that of its recorder, and what its worker threads
 * have left.
 *
 * @param folders in the order in which the process has tried them
 * @throws {Error} for a file that is no report, not plain, or larger than a report can be
 */
export function readLeft(
  folders: readonly string[],
  name: string,
  threads: ThreadReports = new ThreadReports(folders),
): LeftReport {
  const left = readOwn(folders, name);
  const report = threads.addTo(name, left.report);
  return { ...left, report: report === left.report ? report : report && checked(report) };
}

/** What the main thread of a process has left. */
function readOwn(folders: readonly string[], name: string): LeftReport {
  const recorded = readLastRecorded(folders, `${name}.recorder`);
  const text = firstReportFile(folders, `${name}.json`);
  const start = startOf(name);
  if (text !== null && text !== '') {
    return { ...start, report: checkedReport(text), metadata: recorded?.metadata ?? null, isCutOff: false, recorded };
  }
  if (recorded === null) return { ...start, report: null, metadata: null, isCutOff: true, recorded: null };
  const { report, metadata, state } = recorded;
  return { ...start, report, metadata, isCutOff: state === 'open' || state === 'abandoned', recorded };
}

interface Recorded extends RecordedLife {
  readonly report: Report;
  readonly state: RecorderState;
}

/** Its report also says from which folders the recorder has moved on. */
function readLastRecorded(folders: readonly string[], name: string): Recorded | null {
  const paths = folders.map((folder) => join(folder, name));
  return readLastRecording(paths, (recording, before) => {
    const { metadata, state, timeline, labels, samples, calls } = recording;
    const report = checked(reportOf(recording));
    const moved = folders.slice(0, before).map((full) => movedWarning(full));
    return {
      report: { ...report, warnings: [...report.warnings, ...moved] },
      metadata,
      state,
      timeline,
      labels,
      samples,
      calls,
    };
  });
}

/** Null where no folder has the file. An empty file says that the process has not written its report there. */
function firstReportFile(folders: readonly string[], name: string): string | null {
  const texts = folders.map((folder) => readReportFile(join(folder, name))).filter((text) => text !== null);
  return texts.find((text) => text !== '') ?? texts[0] ?? null;
}

/**
 * Null where there is no such file.
 *
 * @throws {Error} for a file that is not plain, or larger than a report can be
 */
function readReportFile(path: string): string | null {
  try {
    return readPlainFile(path, LARGEST_BYTES).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** @throws {Error} for a text that is torn, or no report */
function checkedReport(text: string): Report {
  let report: Report;
  try {
    report = JSON.parse(text) as Report;
  } catch {
    throw new Error('it is torn');
  }
  return checked(report);
}

/** Merges and renders the report alone. @throws {Error} for one that would break the report of all processes */
function checked(report: Report): Report {
  renderTable(mergeReports([report, report]));
  return report;
}
