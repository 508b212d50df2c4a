import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ancestors, nearestAncestor } from '../../src/model/label-path.js';
import { Labels, OTHER } from '../../src/store/labels.js';

const nearest = (label: string, ...labels: string[]) => nearestAncestor(label, new Set(labels));

test.each<[label: string, labels: string[], ancestor: string | null]>([
  ['a.b', ['a'], 'a'],
  ['a.b.c', ['a', 'a.b'], 'a.b'],
  ['a.b.c', ['a'], 'a'],
  ['a.b', ['b', 'a.'], null],
  ['ab.c', ['a'], null],
  ['a', ['a'], null],
  // The label ends in a dot: nothing is left behind it.
  ['a.', ['a'], null],
  ['a..', ['a'], 'a'],
  ['a..', ['a', 'a.'], 'a'],
  // The label begins with a dot: nothing stands before it.
  ['.a', ['', 'a', '.'], null],
  ['..a', ['.'], '.'],
  ['.a.b', ['.a'], '.a'],
  // Two dots in a row: the ancestor is `a.`, or `a`.
  ['a..b', ['a'], 'a'],
  ['a..b', ['a', 'a.'], 'a.'],
  ['.', [''], null],
  ['..', ['.'], null],
  ['...', ['.'], '.'],
  ['a.(other)', ['a'], 'a'],
  ['(other).a', ['(other)'], '(other)'],
  ['(other)', ['a'], null],
])('%j has among %j the nearest ancestor %j', (label, labels, ancestor) => {
  expect(nearest(label, ...labels)).toBe(ancestor);
});

test('ancestors come from the nearest to the outermost', () => {
  expect([...ancestors('a.b.c.d', new Set(['a', 'a.b.c', 'b']))]).toEqual(['a.b.c', 'a']);
  // `a` is no ancestor of `a.`.
  expect([...ancestors('a..b', new Set(['a', 'a.']))]).toEqual(['a.']);
});

test('a stage that is opened within another has that one as an ancestor, whatever the two are called', () => {
  const step = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 4 }), (steps) => {
      let rows = 0;
      const labels = new Labels(() => rows++, 100);
      let node = labels.root;
      const paths: string[] = [];
      for (const label of steps) {
        node = labels.child(node, label);
        paths.push(node.path);
      }
      // With these two alone no label is ambiguous.
      for (const [index, path] of paths.slice(1).entries()) {
        expect(nearest(path, paths[index]!, path)).toBe(paths[index]);
      }
    }),
  );
});

test('what folds stands below the label that it folds under', () => {
  let rows = 0;
  const labels = new Labels(() => rows++, 1);
  const a = labels.child(labels.root, 'a');
  const folded = labels.child(a, 'b');
  expect(folded.path).toBe(`a.${OTHER}`);
  expect(nearest(folded.path, 'a')).toBe('a');
});
