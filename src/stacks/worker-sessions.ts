import type { Session } from 'node:inspector';
import type { Post, ProfiledThread } from './profiled-thread.js';
import { type FromThread, HEARD } from './sampling-messages.js';
import { SAMPLING_THREAD_NAME, WRITING_THREAD_NAME } from './sampling-name.js';
import type { StageRing } from './stage-ring.js';
import { workerName } from './thread-name.js';
import type { V8Profile } from './v8-profile.js';

interface Attached {
  /** Id of the worker thread. */
  readonly id: number;
  readonly name: string;
  readonly post: Post;
  readonly answers: Map<number, (answer: Answer) => void>;
  /** Null where the thread is not sampled, as after its profilers were closed. It may open others. */
  thread: ProfiledThread | null;
  /** Settled when the last profile is taken; null where that is not being done. */
  ending: Promise<void> | null;
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
  /** `HEARD` words; null where the thread has told nothing yet. */
  heard: Int32Array | null;
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
  private state: 'starting' | 'sampling' | 'over' = 'starting';
  /** Those of threads that are no longer sampled. */
  private readonly before = { endedEarly: 0, lostEntries: 0 };

  constructor(
    private readonly hz: number,
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
    if (this.state === 'starting') this.become('sampling');
  }

  /** No thread is sampled any more. One that ends need not wait. */
  stop(): void {
    this.become('over');
  }

  private become(state: 'sampling' | 'over'): void {
    this.state = state;
    for (const { heard } of this.logs.values()) if (heard !== null) this.answer(heard);
  }

  private answer(heard: Int32Array): void {
    if (this.state === 'sampling') Atomics.store(heard, HEARD.hz, this.hz);
    if (this.state === 'over') Atomics.store(heard, HEARD.isOver, 1);
  }

  take(message: FromThread): void {
    if (message.type === 'ending') void this.end(message.thread, message.ended);
    else if (message.type === 'thread label') this.logOf(message.thread).labels[message.id] = message.label;
    else this.open(this.logOf(message.thread), message);
  }

  private open(log: Log, { thread: id, ring, heard }: FromThread & { readonly type: 'log' }): void {
    log.ring = ring;
    log.heard = heard;
    this.answer(heard);
    for (const attached of this.attached.values()) {
      const { thread, ending } = attached;
      if (attached.id !== id || ending !== null) continue;
      if (thread === null) void this.begin(attached, log);
      else if (!thread.join.log.isFollowing) thread.join.log.follow(ring);
    }
  }

  /** Takes the last profile of a thread whose last profiler is closed, or that is ending. It waits for that. */
  private async end(id: number, ended: Int32Array): Promise<void> {
    // It has memory of the thread, of which a program may start any number.
    this.logs.delete(id);
    for (const attached of this.attached.values()) {
      if (attached.id !== id || attached.thread === null) continue;
      attached.ending ??= this.endThread(attached, attached.thread);
      await attached.ending;
    }
    Atomics.store(ended, 0, 1);
    Atomics.notify(ended, 0);
  }

  private async endThread(attached: Attached, thread: ProfiledThread): Promise<void> {
    try {
      await thread.rotate(false);
      this.leave(attached);
    } catch {
      // It is counted when the session is gone.
    }
    attached.ending = null;
    // Where it took longer than the thread waits, that may have opened another profiler by now.
    const log = this.logs.get(attached.id);
    if (log !== undefined) void this.begin(attached, log);
  }

  private leave(attached: Attached): void {
    const { thread } = attached;
    if (thread === null) return;
    this.before.endedEarly += thread.endedEarly;
    this.before.lostEntries += thread.join.log.lost;
    attached.thread = null;
  }

  /** Those that are sampled, and go on. */
  private sampled(): ProfiledThread[] {
    return [...this.attached.values()].flatMap(({ thread, ending }) =>
      thread === null || ending !== null ? [] : [thread],
    );
  }

  /** Reads the logs. */
  look(): void {
    for (const { thread } of this.attached.values()) thread?.join.log.take(null);
  }

  get areDue(): boolean {
    return this.sampled().some((thread) => thread.isDue);
  }

  async rotate({ goesOn, onlyDue }: { readonly goesOn: boolean; readonly onlyDue: boolean }): Promise<void> {
    const taken: Promise<unknown>[] = [];
    for (const thread of this.sampled()) {
      if (!onlyDue || thread.isDue) taken.push(thread.rotate(goesOn).catch(() => this.failures++));
    }
    if (!goesOn) for (const { ending } of this.attached.values()) if (ending !== null) taken.push(ending);
    if (taken.length === 0) return;
    // A thread that ends, or that hangs in a call, does not answer. What it had since the last time is then lost.
    await Promise.race([Promise.all(taken), new Promise((resolve) => setTimeout(resolve, goesOn ? 2000 : 300))]);
  }

  /** As `ProfiledThread` counts it. */
  get endedEarly(): number {
    return this.summed((thread) => thread.endedEarly, this.before.endedEarly);
  }

  /** As `ThreadLog` counts them. */
  get lostEntries(): number {
    return this.summed((thread) => thread.join.log.lost, this.before.lostEntries);
  }

  private summed(count: (thread: ProfiledThread) => number, before: number): number {
    let sum = before;
    for (const { thread } of this.attached.values()) if (thread !== null) sum += count(thread);
    return sum;
  }

  warnings(): { readonly text: string; readonly count: number }[] {
    return [
      { text: 'last CPU profiles of worker threads that ended first', count: this.lost },
      { text: 'CPU profiles of worker threads that could not be taken', count: this.failures },
    ];
  }

  /** @param title has the id of the thread; `workerId` of the inspector is a number of its own */
  private async attach(sessionId: string, title: string): Promise<void> {
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
    const id = Number(TITLE.exec(title)?.[1]);
    const attached: Attached = { id, name: threadName(title), post, answers, thread: null, ending: null };
    this.attached.set(sessionId, attached);
    await this.begin(attached, this.logOf(id));
  }

  private async begin(attached: Attached, log: Log): Promise<void> {
    this.leave(attached);
    const thread = this.profiled(attached.post, attached.name, log.labels);
    if (log.ring !== null) thread.join.log.follow(log.ring);
    attached.thread = thread;
    try {
      await thread.start();
    } catch {
      this.failures++;
      if (attached.thread === thread) this.leave(attached);
    }
  }

  private answered(sessionId: string, answer: Answer): void {
    const attached = this.attached.get(sessionId);
    if (attached === undefined) return;
    if (answer.id !== undefined) {
      attached.answers.get(answer.id)?.(answer);
      attached.answers.delete(answer.id);
    } else if (answer.method === 'Profiler.consoleProfileFinished' && answer.params?.profile !== undefined) {
      attached.thread?.profileFinished(answer.params.title ?? '', answer.params.profile);
    }
  }

  private detach(sessionId: string): void {
    const attached = this.attached.get(sessionId);
    if (attached === undefined) return;
    this.attached.delete(sessionId);
    this.logs.delete(attached.id);
    if (attached.thread !== null) this.lost++;
    this.leave(attached);
    for (const answer of attached.answers.values()) answer({ error: { message: 'the thread has ended' } });
  }

  private logOf(thread: number): Log {
    let log = this.logs.get(thread);
    if (log === undefined) {
      log = { ring: null, heard: null, labels: [''] };
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

/** The name of a thread in the title that the inspector has for it. */
function threadName(title: string): string {
  return workerName(TITLE.exec(title)?.[2] ?? title);
}
