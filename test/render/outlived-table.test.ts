import { expect, test } from 'vitest';
import { renderOutlived } from '../../src/render/outlived-table.js';

const MIB = 2 ** 20;

test('has the stages of birth by those that were outlived, threads added up', () => {
  expect(
    renderOutlived([
      { born: 'decode', after: 'decode', bytes: 20 * MIB },
      { born: 'decode', after: 'decode', bytes: 10 * MIB },
      { born: 'decode', after: 'send', bytes: 40 * MIB },
      { born: '', after: 'send', bytes: 3 * MIB },
      { born: 'small', after: 'send', bytes: MIB / 2 },
    ]),
  ).toBe(`born in, there after      send    decode
decode                40.0 MiB  30.0 MiB
(outside any stage)   3.00 MiB     -
`);
});

test('drops what was outlived least where there is no room, and is not there for little', () => {
  const rows = [
    { born: 'decode', after: 'decode', bytes: 20 * MIB },
    { born: 'decode', after: 'send', bytes: 40 * MIB },
  ];
  expect(renderOutlived(rows, { width: 32, colour: false })).not.toContain('20.0 MiB');
  expect(renderOutlived([{ born: 'a', after: 'b', bytes: MIB - 1 }])).toBeUndefined();
  expect(renderOutlived([])).toBeUndefined();
});

test('hostile labels do not reach the terminal', () => {
  const text = renderOutlived([{ born: 'a\u001b[31m', after: `b\u0007${'x'.repeat(100)}`, bytes: MIB }])!;
  for (const control of ['\u0007', '\u001b']) expect(text).not.toContain(control);
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(80);
});
