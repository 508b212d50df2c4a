import { expect, test } from 'vitest';
import { stageTree } from '../../src/report/tree.js';
import { row } from '../support/report-fixture.js';

const drawn = (...labels: string[]) =>
  stageTree(labels.map((label) => row(label))).map(({ depth, name }) => `${'-'.repeat(depth)}${name}`);

test('children stand below their parents, siblings in order of first entry', () => {
  expect(drawn('b', 'b.z', 'a', 'b.a', 'b.z.q', 'a.x')).toEqual(['b', '-z', '--q', '-a', 'a', '-x']);
});

test('a parent entered after its child still stands above it', () => {
  expect(drawn('a.b', 'a')).toEqual(['a', '-b']);
});

test('without any ancestor among the rows the full label is shown', () => {
  expect(drawn('a.b.c', 'x')).toEqual(['a.b.c', 'x']);
});

test('if a level is missing, the rest of the label stands below the nearest ancestor', () => {
  expect(drawn('a', 'a.b.c')).toEqual(['a', '-b.c']);
});

test('a stage that calls itself is one level deeper each time', () => {
  expect(drawn('a', 'a.a', 'a.a.a')).toEqual(['a', '-a', '--a']);
});

test('a label that only begins with the letters of another is not its child', () => {
  expect(drawn('a', 'ab.c')).toEqual(['a', 'ab.c']);
});

test('labels with empty segments still have a name to read', () => {
  expect(drawn('a', 'a.', '.', '..', '.a', 'a..b')).toEqual(['a', 'a.', '-b', '.', '..', '.a']);
});

test('thousands of levels do not run out of stack', () => {
  const labels = Array.from({ length: 3000 }, (_, depth) =>
    Array(depth + 1)
      .fill('a')
      .join('.'),
  );
  expect(stageTree(labels.map((label) => row(label))).at(-1)).toMatchObject({ depth: 2999, name: 'a' });
});
