import { basename, dirname, existsSync, join, unlinkSync } from '../host/files.js';
import { Map, Number } from '../host/intrinsics.js';
import { kibOf, secondsOf } from '../model/quantities.js';
import type { Report } from '../model/report.js';
import { slotIndex } from '../model/sample-layout.js';
import { namesIn } from '../os/read-if-possible.js';
import { ThreadMerger, type ThreadReport } from '../report/merge-threads.js';
import { withFile } from './file-bytes.js';
import { offsetOf, STATE } from './format.js';
import { readLastRecording } from './last-recording.js';
import { lastSampleOf } from './last-sample.js';
import { type OpenStageState, openStages, type Postmortem } from './postmortem.js';
import { reportOf } from './recorded-report.js';

const SUFFIX = '.recorder';
const THREAD_FILE = /^(.+)-t(\d+)(?:-\d+)?\.recorder$/;

/**
 * A name for the recorder of a thread that no recorder in the folders has. Each context of `node:vm` that loads this
 * package has a profiler of its own.
 *
 * @param name of the process, by which its threads are found
 */
export function threadRecorderName(name: string, thread: number, folders: readonly string[]): string {
  for (let number = 0; ; number++) {
    const file = `${name}-t${thread}${number === 0 ? '' : `-${number}`}${SUFFIX}`;
    if (!folders.some((folder) => existsSync(join(folder, file)))) return file;
  }
}

/** Whether a path is that of the recorder of a worker thread. */
export function isThreadRecorder(path: string): boolean {
  return THREAD_FILE.test(basename(path));
}

/** The names of processes whose worker threads have recorders in the folders, and the names of those recorders. */
export function threadRecorders(folders: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const folder of folders) {
    for (const file of namesIn(folder)) {
      const name = THREAD_FILE.exec(file)?.[1];
      if (name === undefined) continue;
      const files = found.get(name);
      if (files === undefined) found.set(name, [file]);
      else if (!files.includes(file)) files.push(file);
    }
  }
  for (const files of found.values()) files.sort((a, b) => threadOf(a) - threadOf(b));
  return found;
}

function threadOf(file: string): number {
  return Number(THREAD_FILE.exec(file)?.[2]);
}

/** What a thread has recorded so far. */
export interface RecordedThread extends ThreadReport {
  /** Whether nothing more will be recorded. */
  readonly isOver: boolean;
  /** The stages that are open; none where the thread has ended. */
  readonly open: readonly OpenStageState[];
}

/**
 * Null where nothing can be read.
 *
 * @param folders in the order in which the thread has tried them
 */
export function readThread(folders: readonly string[], file: string): RecordedThread | null {
  const paths = folders.map((folder) => join(folder, file));
  return readLastRecording(paths, (recording) => {
    const { metadata, state } = recording;
    const last = lastSampleOf(recording);
    const isOver = state === 'ended' || state === 'closed';
    const open = isOver ? [] : openStages(recording).map((stage) => ({ ...stage, thread: metadata.thread }));
    const report = reportOf(recording);
    return {
      report,
      isOver,
      open,
      entry: {
        pid: metadata.pid,
        thread: metadata.thread,
        name: metadata.thread_name,
        cpu_s: secondsOf(last[slotIndex.thread_cpu_ns]!),
        js_kb: kibOf(last[slotIndex.js_used_bytes]!),
        js_kb_peak: report.program?.js_kb_peak_max ?? null,
        stages: report.stages.length > 0,
      },
    };
  });
}

/** Whether a thread will record nothing more. It reads one number of the recorder. */
export function isThreadOver(folders: readonly string[], file: string): boolean {
  for (const folder of folders.toReversed()) {
    try {
      return withFile(join(folder, file), (bytes) => isOver(bytes.read(offsetOf('state'), 8).readDoubleLE()));
    } catch {
      // The recorder is in another folder, or has no state yet.
    }
  }
  return false;
}

function isOver(state: number): boolean {
  return state === STATE.ended || state === STATE.closed;
}

/** Removes the recorder of a thread from every folder that it may be in. */
export function removeThread(folders: readonly string[], file: string): void {
  for (const folder of folders) {
    try {
      unlinkSync(join(folder, file));
    } catch {
      // It is not there.
    }
  }
}

/** Removes the recorders of all threads of a process. @param name of the process */
export function removeThreads(folders: readonly string[], name: string): void {
  for (const file of threadRecorders(folders).get(name) ?? []) removeThread(folders, file);
}

/**
 * Adds the worker threads of a process to its report.
 *
 * @param name of the process
 */
export function withThreads(report: Report, folders: readonly string[], name: string): Report {
  return addedTo(report, readThreads(folders, name));
}

/** Adds the worker threads whose recorders are beside that of their main thread. @param path of the latter */
export function withThreadsBeside(found: Postmortem, path: string): Postmortem {
  const threads = readThreads([dirname(path)], basename(path).replace(/\.recorder$/, ''));
  const open = [...found.open, ...threads.flatMap((thread) => thread?.open ?? [])];
  return { ...found, report: addedTo(found.report, threads), open };
}

/** Null stands for a thread of which nothing can be read. */
function readThreads(folders: readonly string[], name: string): readonly (RecordedThread | null)[] {
  return (threadRecorders(folders).get(name) ?? []).map((file) => readThread(folders, file));
}

function addedTo(report: Report, threads: readonly (RecordedThread | null)[]): Report {
  if (threads.length === 0) return report;
  const merger = new ThreadMerger();
  for (const thread of threads) {
    if (thread === null) merger.addUnread();
    else merger.add(thread);
  }
  return merger.result(report) ?? report;
}
