import { describe, expect, test } from 'vitest';
import { cellValue, type StageOrder, shownLines, stageForest } from '../../src/browser/stages-model.js';
import type { StageColumn, StageLine } from '../../src/page/page-data.js';

const column = (key: string, more: Partial<StageColumn>): StageColumn => ({
  key,
  heading: key,
  unit: 's',
  signed: false,
  description: '',
  givesWay: 1,
  group: 'time',
  fold: 'flow',
  self: null,
  ...more,
});

const columns = [
  column('wall_s', { self: 'wall_self_s' }),
  column('wall_self_s', {}),
  column('alloc', { unit: 'KiB' }),
  column('delta', { unit: 'KiB', fold: 'growth', signed: true }),
  column('peak', { unit: 'KiB', fold: 'peak' }),
];

const line = (stage: string, depth: number, cells: (number | null)[]): StageLine => ({
  stage,
  name: stage.split('.').at(-1)!,
  depth,
  cells,
  findings: [],
});

const lines = [
  line('a', 0, [10, 2, 100, 5, 900]),
  line('a.x', 1, [3, 3, 30, -20, 800]),
  line('a.y', 1, [5, 1, 90, 40, 700]),
  line('a.y.z', 2, [4, 4, null, 40, null]),
  line('b', 0, [20, 20, 7, null, 100]),
];
const nodes = stageForest({ lines });
const node = (stage: string) => nodes.find((one) => one.line.stage === stage)!;

const order = (more: Partial<StageOrder> = {}): StageOrder => ({
  by: null,
  descending: true,
  share: 'total',
  shape: 'tree',
  closed: new Set(),
  search: '',
  ...more,
});
const shown = (more: Partial<StageOrder>) =>
  shownLines(nodes, columns, order(more)).map(({ node: { line }, depth }) => `${'-'.repeat(depth)}${line.stage}`);

describe('what a stage itself has', () => {
  test.each([
    ['its own column where there is one', 'a', 0, 2],
    ['a sum without that of its children', 'a.y', 2, 90],
    ['a sum of children that overlap leaves nothing', 'a', 2, 0],
    ['a growth without that of its children, which may be negative', 'a', 3, -15],
    ['a peak as it is', 'a', 4, 900],
    ['nothing where it was not measured', 'a.y.z', 2, null],
  ])('%s', (_, stage, index, expected) => {
    expect(cellValue(columns, node(stage), index, 'self')).toBe(expected);
  });
});

describe('the lines of the tree', () => {
  test('stand in the order of first entry, each below its parent', () => {
    expect(shown({})).toEqual(['a', '-a.x', '-a.y', '--a.y.z', 'b']);
  });

  test('are sorted among siblings', () => {
    expect(shown({ by: 0 })).toEqual(['b', 'a', '-a.y', '--a.y.z', '-a.x']);
    expect(shown({ by: 0, descending: false })).toEqual(['a', '-a.x', '-a.y', '--a.y.z', 'b']);
  });

  test('without a number stand last in both directions', () => {
    expect(shown({ by: 3, shape: 'list' })).toEqual(['a.y', 'a.y.z', 'a', 'a.x', 'b']);
    expect(shown({ by: 3, shape: 'list', descending: false })).toEqual(['a.x', 'a', 'a.y', 'a.y.z', 'b']);
  });

  test('below one that is closed are hidden, unless a search finds them', () => {
    const closed = new Set(['a.y']);
    expect(shown({ closed })).toEqual(['a', '-a.x', '-a.y', 'b']);
    expect(shown({ closed, search: 'Z' })).toEqual(['a', '-a.y', '--a.y.z']);
  });

  test('a search in a list shows what matches alone', () => {
    expect(shown({ shape: 'list', search: '.y' })).toEqual(['a.y', 'a.y.z']);
  });

  test('deeper than calls may nest are walked all the same', () => {
    const deep = Array.from({ length: 20_000 }, (_, depth) => line(`s${depth}`, depth, [1, 1, 1, 1, 1]));
    expect(shownLines(stageForest({ lines: deep }), columns, order()).at(-1)!.depth).toBe(19_999);
  });
});
