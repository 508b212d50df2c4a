import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blocksIn, shownIn, withBlock } from '../../docs/outputs/blocks.js';
import { OUTPUTS } from '../../docs/outputs/outputs.js';
import { inPlace } from '../../docs/outputs/place.js';
import { shapeOf, staleIn } from '../../docs/outputs/shape.js';

const root = join(import.meta.dirname, '../..');
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

describe('what the pages show is still printed', () => {
  test.concurrent.each(Object.keys(OUTPUTS))(
    '%s',
    async (name) => {
      const { page, print } = OUTPUTS[name]!;
      const printed = await inPlace({ isShort: true, width: 'full' }, print);
      expect(staleIn(shownIn(textOf(page), name), printed), printed).toEqual([]);
    },
    600_000,
  );
});

test('each block that has a name is in the table of outputs, for its page', () => {
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
  ];
  const blocks = pages.flatMap((page) => blocksIn(textOf(page)).map((name) => `${page} ${name}`));
  const outputs = Object.entries(OUTPUTS).map(([name, { page }]) => `${page} ${name}`);
  expect(blocks.toSorted()).toEqual(outputs.toSorted());
});

const SHOWN = `
3 records in 3 files

stage    calls     wall  rss peak
read         3  31.7 ms  64.2 MiB
  inner      1       -   1.20 MiB

waiting  read: 630 ms
rss      71.9 MiB now
profiler  467 us
`;

test('the shape of an output is its headings, the keys of its notes and its sentences', () => {
  const { headings, lines, sentences } = shapeOf(SHOWN);
  expect(headings).toEqual([['stage', 'calls', 'wall', 'rss peak']]);
  expect([...sentences]).toEqual(['# records in # files']);
  expect([...lines]).toEqual(['rss', 'profiler']);
});

test.each([
  ['a heading that was renamed', 'rss peak', 'peak', ['stage  calls  wall  rss peak']],
  ['a note that is gone', 'profiler  467 us', '', ['profiler']],
  ['a sentence that was worded anew', '3 records in 3 files', '3 records', ['# records in # files']],
  ['a sentence that is not wrapped', '3 records', 'of 7 records, 3 records', []],
  ['other numbers', '31.7 ms', '2.61 s ', []],
  ['other labels', 'read    ', 'write   ', []],
  ['more notes and columns', 'rss peak\n', 'rss peak  files\nnew  note\n', []],
])('%s: %#', (_, from, to, stale) => {
  expect(staleIn(SHOWN, SHOWN.replace(from, to))).toEqual(stale);
});

test('a block is replaced as a whole, and a page without it is an error', () => {
  const page = 'a\n```text x\nold $& text\n```\nb\n```\nother\n```\n';
  expect(withBlock(page, 'x', 'new $& text')).toBe('a\n```text x\nnew $& text\n```\nb\n```\nother\n```\n');
  expect(() => withBlock(page, 'y', '')).toThrow('no block of ```text y');
});
