import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CALL_STATE, type OpenCall } from '../../src/accounting/open-call.js';
import { OpenCalls } from '../../src/accounting/open-calls.js';
import { LabelNode } from '../../src/store/labels.js';

/** A call that has been opened at any time, with its ancestors at its opening and its times as plain numbers. */
interface NaiveCall {
  readonly call: OpenCall;
  readonly ancestors: readonly NaiveCall[];
  readonly openedAt: number;
  closedAt: number;
}

const node = new LabelNode('', 0);

class NaiveCalls {
  readonly calls = new OpenCalls(node);
  private readonly ever: NaiveCall[] = [{ call: this.calls.outside, ancestors: [], openedAt: 0, closedAt: Infinity }];
  private step = 0;

  get open(): NaiveCall[] {
    return this.ever.filter(({ closedAt }) => closedAt === Infinity);
  }

  openUnder(which: number): void {
    const { open } = this;
    const parent = open[which % open.length]!;
    const call = this.calls.open(node, parent.call);
    this.ever.push({ call, ancestors: [parent, ...parent.ancestors], openedAt: ++this.step, closedAt: Infinity });
  }

  close(which: number): void {
    const { open } = this;
    if (open.length === 1) return;
    const closing = open[1 + (which % (open.length - 1))]!;
    this.step++;
    expect(this.calls.isOverlapped(closing.call)).toBe(this.isOverlapped(closing));
    expect(closing.call.innerClosed).toBe(this.innerClosed(closing));
    this.calls.close(closing.call);
    closing.closedAt = this.step;
  }

  expectSame(): void {
    const { open } = this;
    expect(this.calls).toHaveLength(open.length);
    expect([...this.calls.stages()]).toEqual(open.slice(1).map(({ call }) => call));
    for (const { call, ancestors } of open) {
      const openAncestors = ancestors.filter(({ closedAt }) => closedAt === Infinity);
      expect(call.parent).toBe(openAncestors[0]?.call ?? null);
      expect(call.children).toBe(open.filter((other) => other.call.parent === call).length);
    }
  }

  private isOverlapped(x: NaiveCall): boolean {
    return this.ever.some(
      (y) =>
        y !== x &&
        !x.ancestors.includes(y) &&
        !y.ancestors.includes(x) &&
        y.openedAt < this.step &&
        y.closedAt > x.openedAt,
    );
  }

  /** Descendants that have closed, without those which an ancestor of theirs has passed further out. */
  private innerClosed(x: NaiveCall): number {
    return this.ever.filter(
      ({ ancestors, closedAt }) => closedAt < this.step && ancestors.includes(x) && this.reaches(x, ancestors),
    ).length;
  }

  /** A closed descendant is counted by the nearest ancestor that is open, and passes outwards when that one closes. */
  private reaches(x: NaiveCall, ancestors: readonly NaiveCall[]): boolean {
    for (const ancestor of ancestors) {
      if (ancestor === x) return true;
      if (ancestor.closedAt === Infinity) return false;
    }
    return false;
  }
}

const step = fc.record({ opens: fc.boolean(), which: fc.nat() });

test('parents, children and overlap are those of a plain model under any order of closing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const naive = new NaiveCalls();
      for (const { opens, which } of steps) {
        if (opens) naive.openUnder(which);
        else naive.close(which);
        naive.expectSame();
      }
    }),
    { numRuns: 600 },
  );
});

test('calls are used again: there are never more than were open at once', () => {
  const calls = new OpenCalls(node);
  const used = new Set<OpenCall>();
  for (let round = 0; round < 50; round++) {
    const open = [calls.outside];
    for (let depth = 0; depth < 4; depth++) open.push(calls.open(node, open.at(-1)!));
    for (const call of open.slice(1)) used.add(call);
    for (const call of round % 2 === 0 ? open.slice(1) : open.slice(1).reverse()) calls.close(call);
  }
  expect(used.size).toBe(4);
});

describe('a call that is used again', () => {
  test('has nothing of its earlier use', () => {
    const calls = new OpenCalls(node);
    const other = new LabelNode('other', 1);
    const first = calls.open(node, calls.outside);
    calls.close(calls.open(node, first));
    const { moment } = first;
    calls.close(first);
    calls.close(calls.open(node, calls.outside));
    const again = calls.open(other, calls.outside);
    expect(again).toMatchObject({
      node: other,
      innerClosed: 0,
      overlappedAtOpen: false,
      children: 0,
      state: CALL_STATE.opening,
      folded: false,
    });
    expect(again.moment).toBeGreaterThan(moment);
  });
});

test('calls closed in the order of opening take time in proportion to their number', () => {
  const calls = new OpenCalls(node);
  const open = [calls.outside];
  for (let i = 0; i < 50_000; i++) open.push(calls.open(node, open.at(-1)!));
  // To walk over all calls that are open inside would take minutes.
  for (const call of open.slice(1)) {
    expect(calls.isOverlapped(call)).toBe(false);
    calls.close(call);
  }
  expect(calls).toHaveLength(1);
});
