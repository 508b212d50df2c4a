import { EventEmitter } from 'node:events';
import type { Session } from 'node:inspector';
import { describe, expect, test } from 'vitest';
import type { Post, ProfiledThread } from '../../src/stacks/profiled-thread.js';
import { HEARD, HEARD_WORDS } from '../../src/stacks/sampling-messages.js';
import { makeRing, type StageRing } from '../../src/stacks/stage-ring.js';
import { WorkerSessions } from '../../src/stacks/worker-sessions.js';

/** A profiled thread that tells what it is asked for, and answers when it is let. */
class Scripted {
  readonly asked: string[] = [];
  readonly followed: StageRing[] = [];
  endedEarly = 0;
  isDue = true;
  private readonly waiting: (() => void)[] = [];
  isHeld = false;
  readonly join = {
    log: {
      lost: 0,
      isFollowing: false,
      follow: (ring: StageRing) => {
        this.join.log.isFollowing = true;
        this.followed.push(ring);
      },
      take: () => {},
    },
  };

  constructor(
    readonly name: string,
    readonly labels: readonly string[],
  ) {}

  async start(): Promise<void> {
    this.asked.push('start');
  }

  async rotate(goesOn: boolean): Promise<void> {
    this.asked.push(goesOn ? 'rotate' : 'end');
    if (this.isHeld) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  letGo(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  profileFinished(): void {}
}

class Threads {
  readonly made: Scripted[] = [];
  readonly session = new EventEmitter();
  readonly sessions = new WorkerSessions(50, (async () => ({})) as Post, (_, name, labels) => {
    const thread = new Scripted(name, labels);
    this.made.push(thread);
    return thread as unknown as ProfiledThread;
  });

  start(): Promise<void> {
    return this.sessions.start(this.session as unknown as Session);
  }

  attach(id: number): void {
    const workerInfo = { title: `[worker ${id}] WorkerThread` };
    this.session.emit('NodeWorker.attachedToWorker', { params: { sessionId: `s${id}`, workerInfo } });
  }

  detach(id: number): void {
    this.session.emit('NodeWorker.detachedFromWorker', { params: { sessionId: `s${id}` } });
  }

  open(thread: number): { readonly ring: StageRing; readonly heard: Int32Array } {
    const opened = { ring: makeRing(), heard: new Int32Array(HEARD_WORDS) };
    this.sessions.take({ type: 'log', thread, ...opened });
    return opened;
  }

  label(thread: number, id: number, label: string): void {
    this.sessions.take({ type: 'thread label', thread, id, label });
  }

  end(thread: number): Int32Array {
    const ended = new Int32Array(new SharedArrayBuffer(4));
    this.sessions.take({ type: 'ending', thread, ended });
    return ended;
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.sessions.warnings().map(({ text, count }) => [text, count]));
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const LOST = 'last CPU profiles of worker threads that ended first';

describe('a worker thread is told', () => {
  test('at which rate it is sampled, once it is', async () => {
    const threads = new Threads();
    const early = threads.open(1);
    expect(early.heard[HEARD.hz]).toBe(0);
    await threads.start();
    expect(early.heard[HEARD.hz]).toBe(50);
    expect(threads.open(2).heard[HEARD.hz]).toBe(50);
  });

  test('when sampling is over, or never began', async () => {
    const threads = new Threads();
    await threads.start();
    const { heard } = threads.open(1);
    threads.sessions.stop();
    expect([...heard]).toEqual([50, 1]);
    expect([...threads.open(2).heard]).toEqual([0, 1]);
    const never = new Threads();
    const waiting = never.open(1);
    never.sessions.stop();
    await never.start();
    expect([...waiting.heard]).toEqual([0, 1]);
  });
});

describe('the log of a worker thread', () => {
  test('that opens another profiler after its last one is followed anew, with the labels of that', async () => {
    const threads = new Threads();
    await threads.start();
    const first = threads.open(1);
    threads.label(1, 1, 'a');
    threads.attach(1);
    await settled();
    const ended = threads.end(1);
    await settled();
    expect(ended[0]).toBe(1);
    const second = threads.open(1);
    threads.label(1, 1, 'b');
    await settled();
    expect(threads.made.map(({ asked, labels }) => [asked, labels])).toEqual([
      [
        ['start', 'end'],
        ['', 'a'],
      ],
      [['start'], ['', 'b']],
    ]);
    expect(threads.made.map(({ followed }) => followed)).toEqual([[first.ring], [second.ring]]);
    expect(threads.counts()[LOST]).toBe(0);
    threads.detach(1);
    expect(threads.counts()[LOST]).toBe(1);
  });

  test('that opens another one while the last profile is still being taken waits for that', async () => {
    const threads = new Threads();
    await threads.start();
    threads.open(1);
    threads.attach(1);
    await settled();
    const [old] = threads.made;
    old!.isHeld = true;
    threads.end(1);
    const second = threads.open(1);
    await settled();
    // Meanwhile nothing else is asked of it, which would begin a profile.
    await threads.sessions.rotate({ goesOn: true, onlyDue: true });
    expect(threads.made).toHaveLength(1);
    expect(old!.asked).toEqual(['start', 'end']);
    old!.letGo();
    await settled();
    expect(threads.made).toHaveLength(2);
    expect(threads.made[1]!.followed).toEqual([second.ring]);
  });

  test('is forgotten when the thread has ended, in whatever order that is heard', async () => {
    const threads = new Threads();
    await threads.start();
    const { logs } = threads.sessions as unknown as { logs: Map<number, unknown> };
    for (let id = 1; id <= 100; id++) {
      threads.open(id);
      if (id % 3 > 0) threads.attach(id);
      threads.label(id, 1, 'a');
      threads.end(id);
      await settled();
      if (id % 3 > 0) threads.detach(id);
    }
    expect(logs.size).toBe(0);
    expect(threads.counts()[LOST]).toBe(0);
  });
});

test('what went wrong on worker threads is counted, also of those that have ended', async () => {
  const threads = new Threads();
  await threads.start();
  for (const id of [1, 2, 3]) threads.attach(id);
  await settled();
  for (const [index, thread] of threads.made.entries()) {
    thread.endedEarly = 10 ** index;
    thread.join.log.lost = 2 * 10 ** index;
  }
  threads.end(1);
  await settled();
  threads.detach(1);
  threads.detach(2);
  expect([threads.sessions.endedEarly, threads.sessions.lostEntries]).toEqual([111, 222]);
});
