import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlameModel } from '../../src/browser/flame-model.js';
import type { FlamePart } from '../../src/page/page-data.js';

/** A part from lines `kind name where: own, base`, indented by depth. */
function partOf(text: string, hasBase = false): FlamePart {
  const texts: string[] = [];
  const frames: number[] = [];
  const parents: number[] = [];
  const nodes: number[] = [];
  const self: number[] = [];
  const base: number[] = [];
  const path: number[] = [];
  const known = new Map<string, number>();
  for (const line of text.trim().split('\n')) {
    const [, indent, kind, name, where, own, ofBase] = /^( *)(\d) (\S+) (\S+): (\d+)(?:, (\d+))?$/.exec(line)!;
    const key = `${kind} ${name} ${where}`;
    if (!known.has(key)) {
      known.set(key, frames.length / 3);
      texts.push(name!, where!);
      frames.push(texts.length - 2, texts.length - 1, Number(kind));
    }
    path.length = indent!.length / 2;
    const node = nodes.length;
    parents.push(path.length === 0 ? 0 : node - path.at(-1)!);
    nodes.push(known.get(key)!);
    self.push(Number(own));
    base.push(Number(ofBase ?? 0));
    path.push(node);
  }
  return {
    texts,
    frames,
    parents,
    nodes,
    types: [{ type: 'cpu', title: 'CPU', unit: 'ns', self, base: hasBase ? base : null }],
    words: [],
    notes: [],
  };
}

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
