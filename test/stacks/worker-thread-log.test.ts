import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CpuStacks, openCpuStacks } from '../../src/stacks/cpu-stacks.js';
import { type FromThread, HEARD } from '../../src/stacks/sampling-messages.js';

const clock = vi.hoisted(() => ({ ns: 0, stepNs: 0 }));

vi.mock('../../src/host/clock.js', async (original) => ({
  ...(await original<object>()),
  wallNs: () => {
    clock.ns += clock.stepNs;
    return clock.ns;
  },
}));
vi.mock('../../src/host/process.js', async (original) => ({
  ...(await original<object>()),
  isMainThread: false,
  threadId: 7,
}));

const MS = 1e6;
const OPTIONS = { hz: 100, file: null, isKernelCpu: false };
let heardBy: BroadcastChannel;
let opened: CpuStacks[];

beforeEach(() => {
  Object.assign(clock, { ns: 0, stepNs: 0 });
  heardBy = new BroadcastChannel(`stageprof.stacks.${process.pid}`);
  opened = [];
});

afterEach(() => {
  clock.stepNs = 100 * MS;
  for (const stacks of opened.splice(0)) stacks.release();
  heardBy.close();
});

function open(): CpuStacks {
  const stacks = openCpuStacks(OPTIONS);
  opened.push(stacks);
  return stacks;
}

function release(stacks: CpuStacks): void {
  opened.splice(opened.indexOf(stacks), 1);
  expect(stacks.release()).toBeNull();
}

function told(): FromThread[] {
  const messages: FromThread[] = [];
  const next = () => receiveMessageOnPort(heardBy as never)?.message as FromThread | undefined;
  for (let message = next(); message !== undefined; message = next()) messages.push(message);
  return messages;
}

/** As the sampling thread does. */
function hear(hz: number): Int32Array {
  const log = told().find(({ type }) => type === 'log');
  if (log?.type !== 'log') throw new Error('no log was told');
  Atomics.store(log.heard, HEARD.hz, hz);
  return log.heard;
}

/** How long it takes to release, by the clock that goes on by 10 ms each time that it is read. */
function releasedWithinMs(stacks: CpuStacks): number {
  const before = clock.ns;
  clock.stepNs = 10 * MS;
  release(stacks);
  clock.stepNs = 0;
  return (clock.ns - before) / MS;
}

test('a thread that nobody samples does not wait at its end, and says that nobody does', () => {
  const stacks = open();
  expect(stacks.account.missing).toBeNull();
  clock.ns += 101 * MS;
  expect(stacks.account).toMatchObject({ hz: 0, missing: 'the main thread samples no CPU stacks' });
  expect(releasedWithinMs(stacks)).toBeLessThanOrEqual(20);
  expect(stacks.read().account.missing).toBe('the main thread samples no CPU stacks');
});

test('a thread that ends just after its start waits for as long as it may take to be heard of', () => {
  const waitedMs = releasedWithinMs(open());
  expect(waitedMs).toBeGreaterThanOrEqual(100);
  expect(waitedMs).toBeLessThan(150);
});

test('a thread that is sampled waits for its last profile, unless the sampling is over', () => {
  const sampled = open();
  hear(50);
  expect(sampled.account).toMatchObject({ hz: 50, missing: null });
  clock.ns += 1000 * MS;
  expect(releasedWithinMs(sampled)).toBeGreaterThanOrEqual(300);
  const over = open();
  Atomics.store(hear(50), HEARD.isOver, 1);
  expect(releasedWithinMs(over)).toBeLessThanOrEqual(20);
  expect(over.account).toMatchObject({ hz: 50, missing: null });
});

test('the profilers of a thread share one log, which the last of them ends', () => {
  const [first, second] = [open(), open()];
  expect(second.ring).toBe(first.ring);
  expect([first.idOf('a'), second.idOf('b'), second.idOf('a')]).toEqual([1, 2, 1]);
  expect(told().map((message) => (message.type === 'thread label' ? message.label : message.type))).toEqual([
    'log',
    'a',
    'b',
  ]);
  release(first);
  expect(told()).toEqual([]);
  clock.ns += 200 * MS;
  release(second);
  expect(told().map(({ type }) => type)).toEqual(['ending']);
  // What comes later is nobody's: the channel is closed.
  expect(second.idOf('c')).toBe(3);
  const third = open();
  expect(third.ring === first.ring).toBe(false);
  expect(told().map(({ type }) => type)).toEqual(['log']);
});

test('a thread of a process that cannot be sampled says why, and tells nothing', () => {
  vi.stubEnv('NODE_V8_COVERAGE', '/tmp/coverage');
  expect(() => openCpuStacks(OPTIONS)).toThrow('Node profiles the program itself, by NODE_V8_COVERAGE');
  vi.unstubAllEnvs();
  expect(told()).toEqual([]);
});
