import { expect, test } from 'vitest';
import { perCall } from '../../src/findings/memory-phrases.js';
import type { StageRow } from '../../src/model/report.js';
import { MIB, steadily } from '../support/finding-examples.js';
import { row } from '../support/report-fixture.js';

const ALONE = { processes: 1, areAlike: false };
const text = (entries: number, growth_by_octave: StageRow['growth_by_octave']) =>
  perCall(100 * MIB, { row: row('a', { growth_by_octave }), entries, ...ALONE });
test.each([
  ['(program)', 1, ' in the whole run: a leak only if a longer run adds to it'],
  ['(outside any stage)', 1, ' in the whole run: a leak only if a longer run adds to it'],
  ['(program)', 20, ''],
] as const)('growth of %s in %i reports is not told by call', (stage, entries, expected) => {
  expect(perCall(100 * MIB, { row: row(stage, { growth_by_octave: null }), entries, ...ALONE })).toBe(expected);
});

const filled = (...kib: number[]) => kib.map((amount, octave) => [octave, amount * MIB] as const);

test.each([
  ['goes on', 10, steadily(100 * MIB), ', +10.0 MiB a call'],
  ['stood after the first', 10, filled(100, 0, 0, 0), ', in the first call'],
  ['stood after some calls', 50, filled(0, 0, 100, 0, 0, 0), ', in the first 7 calls'],
  ['came in one call of the last', 50, filled(0, 0, 0, 0, 0, 100), ' in 50 calls'],
  ['is not known by call', 1234, null, ' in 1,234 calls'],
  ['is of a single call', 1, filled(100), ' in one call: a leak only if further calls add to it'],
] as const)('growth that %s', (_how, entries, octaves, expected) => {
  expect(text(entries, octaves)).toBe(expected);
});
