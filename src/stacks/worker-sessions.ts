import type { Session } from 'node:inspector';
import type { Post, ProfiledThread } from './profiled-thread.js';
import type { FromThread } from './sampling-messages.js';
import { SAMPLING_THREAD_NAME, WRITING_THREAD_NAME } from './sampling-name.js';
import type { StageRing } from './stage-ring.js';
import type { V8Profile } from './v8-profile.js';

interface Attached {
  /** Id of the worker thread. */
  readonly id: number;
  readonly thread: ProfiledThread;
  readonly labels: string[];
  readonly answers: Map<number, (answer: Answer) => void>;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: { readonly title?: string; readonly profile?: V8Profile };
}

interface Log {
  ring: StageRing | null;
  readonly labels: string[];
}

/**
 * Sessions to the worker threads of a program, through the main thread's. A thread that never returns to its event loop is
 * reached too; only while the main thread is in a call that blocks, its answers wait.
 */
export class WorkerSessions {
  private readonly attached = new Map<string, Attached>();
  private readonly logs = new Map<number, Log>();
  private lastId = 0;
  private failures = 0;
  private lost = 0;

  constructor(
    private readonly post: Post,
    private readonly profiled: (post: Post, name: string, labels: readonly string[]) => ProfiledThread,
  ) {}

  async start(session: Session): Promise<void> {
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      if (!isOwn(workerInfo.title)) void this.attach(sessionId, workerInfo.title);
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
      this.answered(sessionId, JSON.parse(message) as Answer);
    });
    session.on('NodeWorker.detachedFromWorker', ({ params: { sessionId } }) => this.detach(sessionId));
    await this.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  take(message: FromThread): void {
    const log = this.logOf(message.thread);
    if (message.type === 'thread label') log.labels[message.id] = message.label;
    else if (message.type === 'ending') void this.end(log, message.ended);
    else {
      log.ring = message.ring;
      for (const { thread, labels } of this.attached.values()) {
        if (labels === log.labels && !thread.join.log.isFollowing) thread.join.log.follow(message.ring);
      }
    }
  }

  /** Takes the last profile of a thread that is ending, and waits for that. */
  private async end(log: Log, ended: Int32Array): Promise<void> {
    for (const [sessionId, { labels, thread }] of this.attached) {
      if (labels !== log.labels) continue;
      try {
        await thread.rotate(false);
        this.attached.delete(sessionId);
      } catch {
        // It is counted when the session is gone.
      }
    }
    // It has memory of the thread, of which a program may start any number.
    log.ring = null;
    Atomics.store(ended, 0, 1);
    Atomics.notify(ended, 0);
  }

  /** Reads the logs. */
  look(): void {
    for (const { thread } of this.attached.values()) thread.join.log.take(null);
  }

  get areDue(): boolean {
    for (const { thread } of this.attached.values()) if (thread.isDue) return true;
    return false;
  }

  async rotate({ goesOn, onlyDue }: { readonly goesOn: boolean; readonly onlyDue: boolean }): Promise<void> {
    const taken: Promise<unknown>[] = [];
    for (const { thread } of this.attached.values()) {
      if (!onlyDue || thread.isDue) taken.push(thread.rotate(goesOn).catch(() => this.failures++));
    }
    if (taken.length === 0) return;
    // A thread that ends, or that hangs in a call, does not answer. What it had since the last time is then lost.
    await Promise.race([Promise.all(taken), new Promise((resolve) => setTimeout(resolve, goesOn ? 2000 : 300))]);
  }

  warnings(): { readonly text: string; readonly count: number }[] {
    return [
      { text: 'last CPU profiles of worker threads that ended first', count: this.lost },
      { text: 'CPU profiles of worker threads that could not be taken', count: this.failures },
    ];
  }

  /** @param title has the id of the thread; `workerId` of the inspector is a number of its own */
  private async attach(sessionId: string, title: string): Promise<void> {
    const id = Number(TITLE.exec(title)?.[1]);
    const log = this.logOf(id);
    const answers = new Map<number, (answer: Answer) => void>();
    const post: Post = (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++this.lastId;
        answers.set(id, ({ result, error }) => {
          if (error === undefined) resolve(result);
          else reject(new Error(error.message));
        });
        const message = JSON.stringify({ id, method, params });
        this.post('NodeWorker.sendMessageToWorker', { sessionId, message }).catch(reject);
      });
    const thread = this.profiled(post, threadName(title), log.labels);
    if (log.ring !== null) thread.join.log.follow(log.ring);
    this.attached.set(sessionId, { id, thread, labels: log.labels, answers });
    try {
      await thread.start();
    } catch {
      this.failures++;
      this.attached.delete(sessionId);
    }
  }

  private answered(sessionId: string, answer: Answer): void {
    const attached = this.attached.get(sessionId);
    if (attached === undefined) return;
    if (answer.id !== undefined) {
      attached.answers.get(answer.id)?.(answer);
      attached.answers.delete(answer.id);
    } else if (answer.method === 'Profiler.consoleProfileFinished' && answer.params?.profile !== undefined) {
      attached.thread.profileFinished(answer.params.title ?? '', answer.params.profile);
    }
  }

  private detach(sessionId: string): void {
    const attached = this.attached.get(sessionId);
    if (attached === undefined) return;
    this.attached.delete(sessionId);
    this.logs.delete(attached.id);
    this.lost++;
    for (const answer of attached.answers.values()) answer({ error: { message: 'the thread has ended' } });
  }

  private logOf(thread: number): Log {
    let log = this.logs.get(thread);
    if (log === undefined) {
      log = { ring: null, labels: [''] };
      this.logs.set(thread, log);
    }
    return log;
  }
}

/** Its id and its name, as Node puts them together. */
const TITLE = /^\[worker (\d+)\] ?(.*)$/s;

/** Whether the thread is one of the profiler's. */
function isOwn(title: string): boolean {
  return title.includes(SAMPLING_THREAD_NAME) || title.includes(WRITING_THREAD_NAME);
}

/** The name that the program gave the thread; `worker` for all without one, so that they add up. */
function threadName(title: string): string {
  const name = TITLE.exec(title)?.[2] ?? title;
  return name === '' || name === 'WorkerThread' ? 'worker' : name;
}
