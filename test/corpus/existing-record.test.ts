import { expect, test } from 'vitest';
import { type ExistingRecord, existingRecord, ownerByStart } from '../../src/corpus/existing-record.js';

const INPUT = 'scans/größe "1".tif';
const GOOD = `${JSON.stringify({ input: INPUT, pages: 3 })}\n`;
const NEWER = `${JSON.stringify({ input: INPUT, pages: 4 })}\n`;
const FAILED = `${JSON.stringify({ input: INPUT, error: { kind: 'exception', message: 'no' } })}\n`;
const ANOTHER = `${JSON.stringify({ input: 'scans/größe "2".tif', pages: 3 })}\n`;
const MARK = '\ufeff';
const NULS = '\0'.repeat(50);

const good = (repaired: string | null = null): ExistingRecord => ({ state: 'good', repaired });
const failed: ExistingRecord = { state: 'failed' };
const unclear: ExistingRecord = { state: 'unclear' };
const foreign: ExistingRecord = { state: 'foreign' };

const cases: [name: string, text: string, expected: ExistingRecord][] = [
  ['a good record', GOOD, good()],
  ['a good one before an empty line', `${GOOD}\n`, good()],
  ['a good and a torn one', GOOD + NEWER.slice(0, 30), good(GOOD)],
  ['a torn line that ends, and a good one', `${NEWER.slice(0, 30)}\n${GOOD}`, good(GOOD)],
  ['a failed and a good one', FAILED + GOOD, good(GOOD)],
  ['a good and a failed one', GOOD + FAILED, good(GOOD)],
  ['two good ones, of which the last is the newest', GOOD + NEWER, good(NEWER)],
  ['a good one before blocks never written', GOOD + NULS, good(GOOD)],
  ['a good one after a byte order mark', MARK + GOOD, good()],
  ['two files joined, each with a byte order mark', MARK + FAILED + MARK + GOOD, good(GOOD)],
  ['a torn one after a byte order mark', MARK + GOOD.slice(0, -4), failed],
  ["another's after a byte order mark", MARK + ANOTHER, foreign],
  ['a byte order mark alone', MARK, unclear],
  ['a failed one', FAILED, failed],
  ['a whole record whose line end is missing', GOOD.slice(0, -1), failed],
  ['one whose end was never written', GOOD.slice(0, -6) + NULS, failed],
  ['one whose name was never written', GOOD.slice(0, 14) + NULS, unclear],
  ['nothing', '', unclear],
  ['blocks never written', NULS, unclear],
  ['an empty line', '\n', unclear],
  ["another's record", ANOTHER, foreign],
  ["another's torn record", ANOTHER.slice(0, -4), foreign],
  ["a good one and another's", GOOD + ANOTHER, foreign],
  ["another's and a good one", ANOTHER + GOOD, foreign],
  ['a record without an input', '{"pages":3}\n', foreign],
  ['a text', 'read me\n', foreign],
  ['an array', '[1]\n', foreign],
  ['null', 'null\n', foreign],
  ['an input that begins with this one', `${JSON.stringify({ input: `${INPUT}f`, pages: 3 })}\n`, foreign],
  ['an input of another type', '{"input":["scans"]}\n', foreign],
];

test.each(cases)('%s', (_, text, expected) => {
  expect(existingRecord(Buffer.from(text), INPUT)).toEqual(expected);
});

test('a record that is not UTF-8 is not good', () => {
  const bytes = Buffer.from(GOOD);
  bytes[bytes.length - 3] = 0xff;
  expect(existingRecord(bytes, INPUT)).toEqual(failed);
});

test("a record torn at any byte is neither good nor anyone else's", () => {
  const bytes = Buffer.from(GOOD);
  const nameEnd = Buffer.byteLength(`{"input":${JSON.stringify(INPUT)}`);
  for (let end = 0; end < bytes.length; end++) {
    const { state } = existingRecord(bytes.subarray(0, end), INPUT);
    expect(state, `torn at ${end}`).toBe(end < nameEnd ? 'unclear' : 'failed');
    const zeroed = Buffer.alloc(bytes.length);
    bytes.copy(zeroed, 0, 0, end);
    expect(existingRecord(zeroed, INPUT).state, `zeros from ${end}`).toBe(end < nameEnd ? 'unclear' : 'failed');
  }
});

test('a good record is repaired, whatever torn line comes after it', () => {
  const bytes = Buffer.from(GOOD + NEWER);
  const goodEnd = Buffer.byteLength(GOOD);
  for (let end = goodEnd + 1; end < bytes.length; end++) {
    expect(existingRecord(bytes.subarray(0, end), INPUT), `torn at ${end}`).toEqual(good(GOOD));
  }
});

test.each([
  ['this', GOOD],
  ['this', GOOD.slice(0, 34)],
  ['unclear', GOOD.slice(0, 20)],
  ['unclear', `${GOOD.slice(0, 20)}\n${GOOD}`],
  ['unclear', ''],
  ['this', MARK + GOOD],
  ['unclear', MARK + GOOD.slice(0, 20)],
  ['another', MARK + ANOTHER],
  ['another', ANOTHER],
  ['another', `${GOOD.slice(0, 20)}x`],
])('by its start a file is of %s', (owner, text) => {
  expect(ownerByStart(Buffer.from(text), INPUT)).toBe(owner);
});
