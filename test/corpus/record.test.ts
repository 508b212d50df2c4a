import { expect, test } from 'vitest';
import { existingRecord } from '../../src/corpus/existing-record.js';
import { failureOf } from '../../src/corpus/failure.js';
import { failureLine, recordLine } from '../../src/corpus/record.js';
import type { Report } from '../../src/model/report.js';

const LONG = 'x'.repeat(100_000);

test.each([
  ['message', new Error(LONG)],
  ['name', Object.assign(new Error(), { name: LONG })],
  ['code', Object.assign(new Error(), { code: LONG })],
  ['stack', Object.assign(new Error(), { stack: LONG })],
  ['cause', new Error('', { cause: LONG })],
  ['message', LONG],
] as const)('a %s of any length has 64 KiB, with an ellipsis inside', (member, thrown) => {
  const text = failureOf('exception', thrown)[member];
  expect(text).toHaveLength(64 * 1024);
  expect(text).toMatch(/^x+…x+$/);
});

const failure = failureOf('exception', 'no page');

/** Fails as a profile does that is too large for one text. */
const hugeProfile = {
  toJSON() {
    throw new RangeError('Invalid string length');
  },
} as unknown as Report;

test('a failure whose profile cannot be written has a line without it', () => {
  const line = failureLine('a', failure, hugeProfile);
  expect(JSON.parse(line)).toEqual({ input: 'a', error: { kind: 'exception', message: 'no page' } });
});

test('a failure that cannot be written has a line that says so', () => {
  const hostile = { ...failure, code: 1n as unknown as number };
  expect(JSON.parse(failureLine('a', hostile, undefined))).toEqual({
    input: 'a',
    error: { kind: 'exception', message: 'the failure cannot be written as JSON' },
  });
});

test.each([
  ['members named by numbers', { 2: 'b', 1: 'a' }, { 1: 'a', 2: 'b' }],
  ['no members', {}, {}],
  ['the input itself', { page: 1, input: 'a "b"' }, { page: 1 }],
  ['nothing to write', { page: undefined }, {}],
])('a record of %s begins with its input, and is known for its own again', (_, result, members) => {
  const record = recordLine('a "b"', result, undefined);
  if (record.state !== 'done') throw new Error(record.failure.message);
  expect(record.line).toMatch(/^\{"input":"a \\"b\\""[,}].*\n$/);
  expect(JSON.parse(record.line)).toEqual({ input: 'a "b"', ...members });
  expect(existingRecord(Buffer.from(record.line), 'a "b"').state).toBe('good');
});
