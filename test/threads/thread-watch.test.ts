import { expect, test } from 'vitest';
import type { NativeThread, ThreadClock, ThreadsReading } from '../../src/native/addon.js';
import { type ThreadReader, ThreadWatch } from '../../src/threads/thread-watch.js';

const SECOND = 1e9;

/** A process whose threads and clocks the test decides; reading them takes `readingNs` of CPU. */
class ScriptedThreads implements ThreadReader {
  readonly threads: NativeThread[] = [];
  readonly endedJs: ThreadClock[] = [];
  failure: string | null = null;
  readingNs = 0;
  private endedNs = 0;

  start(id: number, name: string, traits: Partial<NativeThread> = {}): void {
    const thread = { id, name, cpuNs: 0, isCalling: false, isJs: false, waitsAt: 0, waitsInLibuv: false };
    this.threads.push({ ...thread, waitsFor: null, ...traits });
  }

  use(id: number, cpuNs: number): void {
    const index = this.threads.findIndex((thread) => thread.id === id);
    const thread = this.threads[index]!;
    this.threads[index] = { ...thread, cpuNs: thread.cpuNs + cpuNs };
  }

  end(id: number): void {
    const index = this.threads.findIndex((thread) => thread.id === id);
    const [{ cpuNs, isJs }] = this.threads.splice(index, 1) as [NativeThread];
    this.endedNs += cpuNs;
    if (isJs) this.endedJs.push({ id, cpuNs });
  }

  threadsRead(): ThreadsReading<NativeThread> {
    const living = this.threads.reduce((sum, { cpuNs }) => sum + cpuNs, 0);
    return {
      failure: this.failure,
      processBeforeNs: living + this.endedNs,
      processAfterNs: living + this.endedNs + this.readingNs,
      threads: [...this.threads],
      endedJs: [...this.endedJs],
    };
  }

  threadClocksRead(): ThreadsReading<ThreadClock> {
    return this.threadsRead();
  }
}

function setUp() {
  const threads = new ScriptedThreads();
  threads.start(100, 'MainThread', { isCalling: true, isJs: true });
  threads.start(101, 'V8Worker');
  threads.use(100, SECOND);
  const facts = { pid: 100, poolSize: 4, v8Workers: 4, hasInspectorThread: true };
  const watch = new ThreadWatch(threads, () => facts);
  const groups = () => watch.read().groups.map(({ group, name, threads, cpu_s }) => [group, name, threads, cpu_s]);
  return { threads, watch, groups };
}

test('a group has what its threads used since the watch was made', () => {
  const { threads, groups } = setUp();
  threads.use(100, 2 * SECOND);
  threads.use(101, 3 * SECOND);
  threads.start(102, 'V8Worker');
  threads.use(102, SECOND);
  expect(groups()).toEqual([
    ['this_thread', null, 1, 2],
    ['v8_helpers', null, 2, 4],
  ]);
});

test('threads of addons are added up by name, the highest CPU first', () => {
  const { threads, groups } = setUp();
  threads.start(110, 'cheap');
  threads.start(111, 'dear');
  threads.start(112, 'dear');
  threads.use(110, SECOND);
  threads.use(111, SECOND);
  threads.use(112, SECOND);
  expect(groups().slice(2)).toEqual([
    ['named_threads', 'dear', 2, 2],
    ['named_threads', 'cheap', 1, 1],
  ]);
});

test('what ended threads used is kept; ended JS threads stay among the JS threads', () => {
  const { threads, groups } = setUp();
  threads.start(110, 'gone');
  threads.start(111, 'WorkerThread', { isJs: true });
  threads.use(110, 5 * SECOND);
  threads.use(111, 7 * SECOND);
  threads.end(110);
  threads.end(111);
  expect(groups()).toEqual([
    ['this_thread', null, 1, 0],
    ['js_threads', null, 1, 7],
    ['v8_helpers', null, 1, 0],
    ['ended_threads', null, null, 5],
  ]);
});

test('a thread that has ended since counts only with what it used since', () => {
  const { threads } = setUp();
  threads.start(111, 'WorkerThread', { isJs: true });
  threads.use(111, 7 * SECOND);
  const watch = new ThreadWatch(threads, () => ({ pid: 100, poolSize: 4, v8Workers: 4, hasInspectorThread: true }));
  threads.use(111, SECOND);
  threads.end(111);
  expect(watch.read().groups).toContainEqual({ group: 'js_threads', name: null, threads: 1, cpu_s: 1 });
});

test('CPU that passed while the clocks were read is not taken for CPU of ended threads', () => {
  const { threads, groups } = setUp();
  threads.readingNs = 1e6;
  threads.use(100, SECOND);
  expect(groups().map(([group]) => group)).toEqual(['this_thread', 'v8_helpers']);
});

test('a thread that took the id of another counts from its own start', () => {
  const { threads, groups } = setUp();
  threads.use(101, 3 * SECOND);
  const watch = new ThreadWatch(threads, () => ({ pid: 100, poolSize: 4, v8Workers: 4, hasInspectorThread: true }));
  threads.end(101);
  threads.start(101, 'reused');
  threads.use(101, SECOND);
  expect(watch.read().groups).toContainEqual({ group: 'named_threads', name: 'reused', threads: 1, cpu_s: 1 });
  expect(groups()).toContainEqual(['named_threads', 'reused', 1, 1]);
});

test('threads that cannot be read are absent, with the reason', () => {
  const { threads, watch } = setUp();
  threads.failure = 'open /proc/self/task: Permission denied';
  expect(watch.read()).toEqual({
    source: { available: false, truth: 'absent', method: null, reason: 'open /proc/self/task: Permission denied' },
    groups: [],
  });
});
