import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlameModel } from '../../src/browser/flame-model.js';
import { partOf } from '../support/flame-tree.js';

const PART = partOf(`
0 [a] -: 0
  1 f /f.js: 10
    1 g /g.js: 20
      1 f /f.js: 30
  2 load node:internal/modules: 0
    1 main /main.js: 40
0 [a.b] -: 0
  1 g /g.js: 60
0 [c] -: 0
  1 g /g.js: 40
`);
/** A stage in both sides, and two in one alone. */
const CHANGED = partOf(
  `
0 [grown] -: 0, 0
  1 f /f.js: 30, 10
0 [removed] -: 0, 0
  1 g /g.js: 0, 50
0 [added] -: 0, 0
  1 g /g.js: 4, 0
`,
  true,
);
const model = new FlameModel(PART);
const names = (view: number | readonly number[], width: number) =>
  model
    .layout(view, width)
    .boxes.map(({ node, row, width: wide }) => `${model.nameOf(model.frameOf(node))} ${row} ${Math.round(wide)}`);

describe('a flame graph', () => {
  test('has what is on a node in its width, and leaves out how node loads modules', () => {
    expect(new Set(names(model.rootsOf(''), 200))).toEqual(
      new Set(['[a] 0 100', 'f 1 60', 'g 2 50', 'f 3 30', 'main 1 40', '[a.b] 0 60', 'g 1 60', '[c] 0 40', 'g 1 40']),
    );
  });

  test('of a stage has those below it beside it, and no others of a like name', () => {
    expect(model.rootsOf('a').map((root) => model.nameOf(model.frameOf(root)))).toEqual(['[a]', '[a.b]']);
    expect(model.stages()).toEqual(['a', 'a.b', 'c']);
  });

  test('of a node has those above it across the whole width', () => {
    expect(names(2, 100)).toEqual(['[a] 0 100', 'f 1 100', 'g 2 100', 'f 3 60']);
  });

  test('counts recursion once in the total of a function', () => {
    const sums = Object.fromEntries(
      model.functions(model.rootsOf('')).map(({ frame, self, total }) => [model.nameOf(frame), [self, total]]),
    );
    expect(sums.f).toEqual([40, 60]);
    expect(sums.g).toEqual([120, 150]);
  });

  test('tells how much a search found, what is within others once', () => {
    expect(model.totalIn(model.framesWith('/F.JS'), model.rootsOf(''))).toBe(60);
    expect(model.totalIn(model.framesWith('nothing'), model.rootsOf(''))).toBe(0);
  });

  test('has both sides of a difference', () => {
    const both = new FlameModel(partOf('0 [a] -: 0, 0\n  1 f /f.js: 30, 10\n  1 gone /f.js: 0, 50', true));
    expect([...both.totals]).toEqual([30, 30, 0]);
    expect([...both.baseTotals]).toEqual([60, 10, 50]);
    both.setType(0, true);
    expect(both.layout(both.rootsOf(''), 60).boxes.map(({ width }) => width)).toEqual([60, 10, 50]);
  });

  test('by the base has the numbers of the base, and changes from it as before', () => {
    const both = new FlameModel(CHANGED);
    const functions = () =>
      Object.fromEntries(
        both
          .functions(both.rootsOf(''))
          .map(({ frame, self, total, change }) => [both.nameOf(frame), [self, total, change]]),
      );
    expect(both.stages()).toEqual(['grown', 'added']);
    expect(functions()).toEqual({
      '[grown]': [0, 30, 20],
      f: [30, 30, 20],
      '[added]': [0, 4, 4],
      '[removed]': [0, 0, -50],
      g: [4, 4, -46],
    });
    both.setType(0, true);
    expect(both.stages()).toEqual(['removed', 'grown']);
    expect(functions()).toEqual({
      '[grown]': [0, 10, 20],
      f: [10, 10, 20],
      '[added]': [0, 0, 4],
      '[removed]': [0, 50, -50],
      g: [50, 50, -46],
    });
    const shares = both.functions(both.rootsOf('')).map(({ self }) => self / both.totalOf(both.rootsOf('')));
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
  });

  test('of any tree: boxes of a row do not overlap, and lie within their parents', () => {
    const tree = fc.array(fc.tuple(fc.nat(6), fc.nat(1000)), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(tree, fc.integer({ min: 1, max: 3000 }), (steps, width) => {
        let depth = -1;
        const lines = steps.map(([up, own], index) => {
          depth = Math.max(0, Math.min(depth + 1, index === 0 ? 0 : depth + 1 - up));
          return `${'  '.repeat(depth)}1 f${index % 9} /f.js: ${own}`;
        });
        const any = new FlameModel(partOf(lines.join('\n')));
        const { boxes } = any.layout(any.rootsOf(''), width);
        const place = new Map(boxes.map((box) => [box.node, box]));
        for (const { node, x, width: wide } of boxes) {
          const parent = place.get(any.parentOf(node));
          const [left, right] = parent === undefined ? [0, width] : [parent.x, parent.x + parent.width];
          expect(x).toBeGreaterThanOrEqual(left - 1e-6);
          expect(x + wide).toBeLessThanOrEqual(right + 1e-6);
        }
        for (const row of new Set(boxes.map((box) => box.row))) {
          const sorted = boxes.filter((box) => box.row === row).sort((a, b) => a.x - b.x);
          sorted.slice(1).forEach((box, index) => {
            expect(box.x).toBeGreaterThanOrEqual(sorted[index]!.x + sorted[index]!.width - 1e-6);
          });
        }
      }),
      { numRuns: 100 },
    );
  });
});
