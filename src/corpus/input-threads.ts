import { Map, type SharedArrayBuffer } from '../host/intrinsics.js';
import type { Report } from '../model/report.js';
import type { ThreadsPlan } from '../profiler/thread-profiler.js';
import { giveRoomBack, takeRoomWarnings } from '../profiler/thread-room.js';
import { type RecordedThread, readThread, removeThread, threadRecorders } from '../recorder/thread-recorders.js';
import { ThreadMerger, type ThreadReport } from '../report/merge-threads.js';
import { difference, since } from '../report/since.js';

/** What each worker thread had recorded when the last input ended, by the name of its recorder. Plain data. */
export type ThreadsBefore = readonly (readonly [file: string, thread: ThreadReport])[];

/**
 * The worker threads of a pipeline. They and their profilers live from one input to the next, so an input has what they
 * recorded since the end of the input before it.
 */
export class InputThreads {
  #before = new Map<string, ThreadReport>();

  /**
   * @param plan null where nothing is profiled
   * @param room of the process of the threads; null in its parent
   */
  constructor(
    readonly plan: ThreadsPlan | null,
    readonly room: SharedArrayBuffer | null = null,
  ) {}

  /** For the parent, which has to know it if the process ends within the next input. */
  get before(): ThreadsBefore {
    return [...this.#before];
  }

  set before(threads: ThreadsBefore) {
    this.#before = new Map(threads);
  }

  /** Adds to the report of an input what the threads have recorded for it so far. */
  addTo(report: Report): Report {
    return this.#withThreads(report, this.#read());
  }

  /** The same at the end of an input. What the threads record from here on is the next input's. */
  takeInto(report: Report): Report {
    const threads = this.#read();
    const whole = this.#withThreads(report, threads);
    const ended = threads.filter(([, thread]) => thread?.isOver === true);
    this.#before = new Map(threads.flatMap(([file, thread]) => (thread?.isOver === false ? [[file, thread]] : [])));
    for (const [file] of ended) removeThread(this.#folders, file);
    if (this.room === null) return whole;
    giveRoomBack(this.room, ended.length);
    const warnings = takeRoomWarnings(this.room);
    return warnings.length === 0 ? whole : { ...whole, warnings: [...whole.warnings, ...warnings] };
  }

  /** To be called when the process has ended, and its last record has all that the recorders tell. */
  removeAll(): void {
    for (const file of this.#files()) removeThread(this.#folders, file);
  }

  get #folders(): readonly string[] {
    return this.plan?.folders ?? [];
  }

  #files(): readonly string[] {
    return this.plan === null ? [] : (threadRecorders(this.#folders).get(this.plan.name) ?? []);
  }

  #read(): (readonly [string, RecordedThread | null])[] {
    return this.#files().map((file) => [file, readThread(this.#folders, file)] as const);
  }

  #withThreads(report: Report, threads: readonly (readonly [string, RecordedThread | null])[]): Report {
    if (threads.length === 0) return report;
    const merger = new ThreadMerger();
    for (const [file, thread] of threads) {
      if (thread === null) merger.addUnread();
      else merger.add(threadSince(this.#before.get(file), thread));
    }
    return merger.result(report) ?? report;
  }
}

function threadSince(before: ThreadReport | undefined, now: ThreadReport): ThreadReport {
  if (before === undefined) return now;
  const report = since(before.report, now.report);
  return {
    report,
    entry: { ...now.entry, cpu_s: difference(before.entry.cpu_s, now.entry.cpu_s), stages: report.stages.length > 0 },
  };
}
