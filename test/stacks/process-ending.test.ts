import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { aroundProcessEvents } from '../../src/stacks/process-ending.js';

const prototype = Object.getPrototypeOf(process) as { emit: (...args: unknown[]) => boolean };
// The test runner has one of its own in front of it.
const ofRunner = Object.getOwnPropertyDescriptor(process, 'emit');
if (ofRunner !== undefined) Reflect.deleteProperty(process, 'emit');
const original = process.emit;
const taken: (() => void)[] = [];

function around(ended: () => void = () => {}, hidden: string | null = null): () => void {
  const takeOut = aroundProcessEvents({ isHidden: (event) => event === hidden, ended });
  taken.push(takeOut);
  return takeOut;
}

afterAll(() => {
  if (ofRunner !== undefined) Object.defineProperty(process, 'emit', ofRunner);
});

afterEach(() => {
  for (const takeOut of taken.splice(0)) takeOut();
  expect(process.emit).toBe(original);
});

test.each([
  ['in the order in which they came', [0, 1]],
  ['in reverse order', [1, 0]],
])('the emit of the process is its own again when two have left %s', (_, order) => {
  const leave = [around(), around()];
  expect(process.emit).not.toBe(original);
  leave[order[0]!]!();
  expect(process.emit).not.toBe(original);
  leave[order[1]!]!();
  expect(process.emit).toBe(original);
});

test('many that come and go while one stays add no further function', () => {
  around();
  const { emit } = process;
  for (let i = 0; i < 100; i++) around()();
  expect(process.emit).toBe(emit);
});

test('each that is still there is told of the end once, in the order in which they came', () => {
  const told: string[] = [];
  around(() => told.push('first'));
  const leave = around(() => told.push('second'));
  around(() => told.push('third'));
  leave();
  // Listeners of the test's own process are not to hear of an end.
  const listeners = process.rawListeners('exit');
  process.removeAllListeners('exit');
  try {
    process.emit('exit', 0);
    process.emit('exit', 0);
  } finally {
    for (const listener of listeners) process.on('exit', listener as () => void);
  }
  expect(told).toEqual(['first', 'third']);
});

test('an event that one of them hides is seen by no listener', () => {
  const listener = vi.fn();
  process.on('worker', listener);
  const leave = around(() => {}, 'worker');
  around();
  process.emit('worker', null as never);
  expect(listener).not.toHaveBeenCalled();
  leave();
  process.emit('worker', null as never);
  expect(listener).toHaveBeenCalledOnce();
  process.off('worker', listener);
});

test('a function that the program has put around it stays, and acts for later ones', () => {
  const leave = around();
  const inner = prototype.emit;
  const told = vi.fn(function (this: unknown, ...args: unknown[]): boolean {
    return inner.apply(this, args);
  });
  prototype.emit = told;
  leave();
  expect(prototype.emit).toBe(told);
  const hidden = vi.fn();
  process.on('worker', hidden);
  const second = around(() => {}, 'worker');
  told.mockClear();
  process.emit('worker', null as never);
  expect([told.mock.calls.length, hidden.mock.calls.length]).toEqual([0, 0]);
  second();
  expect(prototype.emit).toBe(told);
  process.emit('worker', null as never);
  expect([told.mock.calls.length, hidden.mock.calls.length]).toEqual([1, 1]);
  process.off('worker', hidden);
  // The program takes its own out again. What lies inside is ours, which the next one uses and takes out.
  prototype.emit = inner;
  around()();
});
