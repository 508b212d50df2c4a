import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PeakStack } from '../../src/accounting/peak-stack.js';

/** One step: open a window at a level after a reading, read, or close one of the open windows. */
type Step =
  | { readonly kind: 'open'; readonly before: number; readonly level: number }
  | { readonly kind: 'read'; readonly value: number }
  | { readonly kind: 'close'; readonly which: number }
  | { readonly kind: 'compact' };

const value = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.double({ min: 0, max: 1e12, noNaN: true }));
const open = fc.record({ kind: fc.constant('open' as const), before: value, level: value });
const read = fc.record({ kind: fc.constant('read' as const), value });
const close = fc.record({ kind: fc.constant('close' as const), which: fc.nat() });
const compact = fc.record({ kind: fc.constant('compact' as const) });
const steps = (...arbitraries: fc.Arbitrary<Step>[]) => fc.array(fc.oneof(...arbitraries), { maxLength: 120 });

/** The plain model: every window keeps its own maximum. */
class NaivePeaks {
  readonly stack = new PeakStack();
  readonly windows: { readonly moment: number; highest: number }[] = [];
  private now = 0;

  constructor() {
    this.open(0);
  }

  run(step: Step, newestOnly = false): void {
    switch (step.kind) {
      case 'open':
        this.raise(step.before);
        this.stack.read(this.now, step.before);
        this.open(step.level);
        break;
      case 'read':
        this.raise(step.value);
        this.stack.read(this.now, step.value);
        break;
      case 'close':
        this.close(newestOnly ? this.windows.length - 1 : 1 + (step.which % this.windows.length));
        break;
      case 'compact':
        this.stack.compact(this.windows.map(({ moment }) => moment));
    }
  }

  private open(level: number): void {
    this.raise(level);
    this.now++;
    this.windows.push({ moment: this.now, highest: level });
    this.stack.open(this.now, level);
  }

  /** The first window stays open, as time outside of any stage does. */
  private close(index: number): void {
    if (index === 0 || index >= this.windows.length) return;
    this.windows.splice(index, 1);
    if (index === this.windows.length) this.stack.trim(this.windows.at(-1)!.moment);
  }

  private raise(reading: number): void {
    for (const window of this.windows) window.highest = Math.max(window.highest, reading);
  }

  expectSame(): void {
    for (const { moment, highest } of this.windows) expect(this.stack.since(moment)).toBe(highest);
  }
}

describe('against windows that each keep their own maximum', () => {
  test('every window has its highest reading, whatever the order of opening and closing', () => {
    fc.assert(
      fc.property(steps(open, read, close), (sequence) => {
        const peaks = new NaivePeaks();
        for (const step of sequence) {
          peaks.run(step);
          peaks.expectSame();
        }
      }),
      { numRuns: 500 },
    );
  });

  test('when windows close in the reverse order of opening, there are never more entries than open windows', () => {
    fc.assert(
      fc.property(steps(open, read, close), (sequence) => {
        const peaks = new NaivePeaks();
        for (const step of sequence) {
          peaks.run(step, true);
          peaks.expectSame();
          expect(peaks.stack.length).toBeLessThanOrEqual(peaks.windows.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('compact leaves at most one entry for each open window, and changes no answer', () => {
    fc.assert(
      fc.property(steps(open, read, close, compact), (sequence) => {
        const peaks = new NaivePeaks();
        for (const step of sequence) {
          peaks.run(step);
          peaks.expectSame();
          if (step.kind === 'compact') expect(peaks.stack.length).toBeLessThanOrEqual(peaks.windows.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('the example of its documentation', () => {
  const stack = new PeakStack();
  stack.open(1, 50);
  stack.open(2, 20);
  stack.read(2, 40);
  expect([stack.since(2), stack.since(1)]).toEqual([40, 50]);
  stack.read(2, 70);
  expect([stack.since(2), stack.since(1), stack.length]).toEqual([70, 70, 1]);
});

test('a window without a reading has none', () => {
  const stack = new PeakStack();
  expect(stack.since(1)).toBeNaN();
  stack.open(1, Number.NaN);
  expect(stack.since(1)).toBeNaN();
});

test('a reading that is missing hides no later one', () => {
  const stack = new PeakStack();
  stack.open(1, Number.NaN);
  stack.read(1, Number.NaN);
  stack.read(1, 30);
  expect(stack.since(1)).toBe(30);
});

test('a thousand nested windows with falling levels have each their own peak', () => {
  const stack = new PeakStack();
  for (let moment = 1; moment <= 1_000; moment++) stack.open(moment, 1_000 - moment);
  for (const moment of [1, 2, 499, 999, 1_000]) expect(stack.since(moment)).toBe(1_000 - moment);
  expect(stack.length).toBe(1_000);
});
