import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldsText } from '../../src/docs/fields-page.js';
import { BUCKET_COUNT, bucketLowerNs, bucketOf } from '../../src/model/histogram.js';
import { METRICS } from '../../src/model/metrics.js';
import { report } from '../support/report-fixture.js';

test('docs/fields.md is as the tables make it: run `node docs/generate.js` after a build', () => {
  expect(readFileSync(new URL('../../docs/fields.md', import.meta.url), 'utf8')).toBe(fieldsText());
});

test('every member of a report and every field of a row is documented', () => {
  const { stages: _, ...header } = report();
  const documented = fieldsText()
    .split('\n')
    .map((line) => /^\| `(\w+)` /.exec(line)?.[1]);
  expect(documented).toEqual(expect.arrayContaining([...Object.keys(header), ...METRICS.map(({ field }) => field)]));
});

test('no row of a table has more or fewer cells than its heading', () => {
  const tables = fieldsText()
    .split('\n\n')
    .filter((block) => block.startsWith('| '));
  for (const table of tables) {
    const widths = new Set(
      table
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' | ').length),
    );
    expect([...widths]).toHaveLength(1);
  }
});

// The formulas below are copied from the page, because other readers of reports rely on it.
test('the documented formula is that of the buckets', () => {
  expect(fieldsText()).toContain('bucket = 8 * (e - 5) + floor(8 * (d / 2^e - 1))');
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 2 ** 47 - 1 }), (d) => {
      const e = Math.floor(Math.log2(d));
      fc.pre(2 ** e <= d && d < 2 ** (e + 1));
      expect(bucketOf(d)).toBe(8 * (e - 5) + Math.floor(8 * (d / 2 ** e - 1)));
    }),
  );
});

test('the documented lower bound is that of the buckets', () => {
  expect(fieldsText()).toContain('lower  = 2^(5 + floor(bucket / 8)) * (1 + (bucket mod 8) / 8)');
  for (let bucket = 1; bucket < BUCKET_COUNT; bucket++) {
    expect(bucketLowerNs(bucket)).toBe(2 ** (5 + Math.floor(bucket / 8)) * (1 + (bucket % 8) / 8));
  }
});
