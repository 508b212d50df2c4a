import type { Report } from '../model/report.js';
import { isThreadOver, readThread, removeThread, threadRecorders } from '../recorder/thread-recorders.js';
import { ThreadMerger } from '../report/merge-threads.js';

/** How often the recorders of threads that have ended are looked for. */
const EVERY_MS = 1000;

/**
 * What the worker threads of a run have recorded. A program may end thousands of them, and each leaves a file: while the
 * program runs, the files of those that have ended are read, added up and removed.
 */
export class ThreadReports {
  readonly #processes = new Map<string, ThreadMerger>();
  #timer: NodeJS.Timeout | undefined;
  #isAllRead = false;

  /** @param folders in the order in which the threads have tried them */
  constructor(readonly folders: readonly string[]) {}

  start(): void {
    this.#timer = setInterval(() => this.#read({ alsoOpen: false }), EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Reads what is left when the program has ended. Idempotent. */
  readAll(): void {
    this.stop();
    if (this.#isAllRead) return;
    this.#isAllRead = true;
    this.#read({ alsoOpen: true });
  }

  /** Names of the processes that had worker threads. */
  names(): readonly string[] {
    return [...this.#processes.keys()];
  }

  /** The report of a process with that of its worker threads. */
  addTo(name: string, report: Report | null): Report | null {
    this.readAll();
    const threads = this.#processes.get(name);
    return threads === undefined ? report : threads.result(report);
  }

  #read({ alsoOpen }: { readonly alsoOpen: boolean }): void {
    for (const [name, files] of threadRecorders(this.folders)) {
      for (const file of files) {
        // A look at those that go on must cost next to nothing: there may be hundreds.
        if (!alsoOpen && !isThreadOver(this.folders, file)) continue;
        const thread = readThread(this.folders, file);
        const merger = this.#mergerOf(name);
        if (thread === null) merger.addUnread();
        else merger.add(thread);
        if (!alsoOpen) removeThread(this.folders, file);
      }
    }
  }

  #mergerOf(name: string): ThreadMerger {
    const known = this.#processes.get(name);
    if (known !== undefined) return known;
    const merger = new ThreadMerger();
    this.#processes.set(name, merger);
    return merger;
  }
}
