import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LabelNode, Labels, OTHER } from '../../src/store/labels.js';

function labelsOf(maxLabels: number): Labels {
  let rows = 0;
  return new Labels(() => rows++, maxLabels);
}

/** Enters a stage and those inside it. */
function enter(labels: Labels, ...path: readonly string[]): LabelNode {
  return path.reduce((parent, label) => labels.child(parent, label), labels.root);
}

const paths = (labels: Labels): string[] => labels.entered.map(({ path }) => path);

test('the same label under the same parent is the same node', () => {
  const labels = labelsOf(10);
  const node = enter(labels, 'a', 'b');
  enter(labels, 'a', 'c');
  enter(labels, 'b');
  expect(enter(labels, 'a', 'b')).toBe(node);
  expect(paths(labels)).toEqual(['a', 'a.b', 'a.c', 'b']);
});

test('however its dots are divided among stages, a path is one node', () => {
  const labels = labelsOf(10);
  const node = enter(labels, 'a.b.c');
  expect(enter(labels, 'a', 'b.c')).toBe(node);
  expect(enter(labels, 'a.b', 'c')).toBe(node);
  expect(enter(labels, 'a', 'b', 'c')).toBe(node);
});

test('rows are given in order of entry, the root first', () => {
  const labels = labelsOf(10);
  expect(labels.root.row).toBe(0);
  expect([enter(labels, 'z').row, enter(labels, 'a').row, enter(labels, 'z').row]).toEqual([1, 2, 1]);
});

describe('past the limit', () => {
  test('exactly that many labels are told apart', () => {
    const labels = labelsOf(3);
    for (const label of ['a', 'b', 'c', 'd', 'e', 'd']) enter(labels, label);
    expect(paths(labels)).toEqual(['a', 'b', 'c', OTHER]);
    expect(labels.foldedLabels).toBe(2);
  });

  test('labels that are known stay what they are', () => {
    const labels = labelsOf(2);
    const known = enter(labels, 'a', 'b');
    enter(labels, 'c');
    expect(enter(labels, 'a', 'b')).toBe(known);
    expect(labels.foldedLabels).toBe(1);
  });

  test('a folded stage and all stages inside it share one row for each parent', () => {
    const labels = labelsOf(1);
    const other = enter(labels, 'a', 'x');
    expect(other.path).toBe('a.(other)');
    expect(enter(labels, 'a', 'y')).toBe(other);
    expect(enter(labels, 'a', 'x', 'deeper', 'still')).toBe(other);
    expect(enter(labels, 'x').path).toBe(OTHER);
  });

  test('a bounded number of folded labels is told apart; past it each entry counts', () => {
    const labels = labelsOf(1);
    enter(labels, 'kept');
    for (let i = 0; i < 100; i++) enter(labels, `folded ${i}`);
    expect(labels.foldedLabels).toBe(100);
    expect(Reflect.get(labels, 'folded').size).toBeLessThanOrEqual(16);
    expect(labels.root.children!.size).toBe(1);
  });
});

test('no two nodes have the same path, and there are at most twice as many as allowed plus one', () => {
  const label = fc.constantFrom('a', 'b', 'a.b', OTHER, `a.${OTHER}`, '.', 'c');
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.array(label, { minLength: 1, maxLength: 4 })),
      (max, entries) => {
        const labels = labelsOf(max);
        for (const path of entries) enter(labels, ...path);
        const entered = paths(labels);
        expect(new Set(entered).size).toBe(entered.length);
        expect(entered.length).toBeLessThanOrEqual(2 * max + 1);
      },
    ),
    { numRuns: 500 },
  );
});
