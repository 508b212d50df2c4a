import { expect, test } from 'vitest';
import { type HeapNode, jsAllocations } from '../../src/attach/js-allocations.js';
import { SourcePositions } from '../../src/stacks/source-positions.js';

const node = (
  functionName: string,
  selfSize: number,
  children: HeapNode[] = [],
  url = 'file:///app/a.js',
): HeapNode => ({
  callFrame: { functionName, scriptId: '1', url, lineNumber: 9, columnNumber: 0 },
  selfSize,
  children,
});

test('what functions have allocated is told by their two nearest callers, the largest first', () => {
  const head = node(
    '(root)',
    0,
    [
      node('main', 0, [
        node('outer', 1024, [node('inner', 4096, [node('leaf', 8192)]), node('', 2048)]),
        node('other', 0, [node('inner', 512)]),
      ]),
      node('(EXTERNAL)', 3072, [], ''),
    ],
    '',
  );
  const found = jsAllocations([{ thread: 'main', profile: { head } }], new SourcePositions());
  expect(found).toEqual([
    { thread: 'main', kib: 8, stack: 'leaf a.js:10 < inner a.js:10 < outer a.js:10' },
    { thread: 'main', kib: 4, stack: 'inner a.js:10 < outer a.js:10 < main a.js:10' },
    { thread: 'main', kib: 3, stack: '(EXTERNAL)' },
    { thread: 'main', kib: 2, stack: '(anonymous) a.js:10 < outer a.js:10 < main a.js:10' },
    { thread: 'main', kib: 1, stack: 'outer a.js:10 < main a.js:10' },
    { thread: 'main', kib: 0.5, stack: 'inner a.js:10 < other a.js:10 < main a.js:10' },
  ]);
});

test('the same stack on two threads is two', () => {
  const head = node('(root)', 0, [node('keep', 1024)], '');
  const threads = ['main', 'helper', 'main'].map((thread) => ({ thread, profile: { head } }));
  expect(jsAllocations(threads, new SourcePositions()).map(({ thread, kib }) => [thread, kib])).toEqual([
    ['main', 2],
    ['helper', 1],
  ]);
});
