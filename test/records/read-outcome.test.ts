import { expect, test } from 'vitest';
import { readLines } from '../support/folded.js';
import { folds } from '../support/longest-input.js';
import { report, row } from '../support/report-fixture.js';

const profile = report({ stages: [row('a', { calls: 1 })] });
const outcomeOf = (lines: readonly string[], linesAChunk?: number) =>
  readLines(folds, undefined, lines, linesAChunk).outcome;

test.each([1, 2, 10])('records, failed ones and those without a profile are counted, %d a chunk', (linesAChunk) => {
  const outcome = outcomeOf(
    [
      JSON.stringify({ input: 'a', profile }),
      JSON.stringify({ input: 'b', error: { kind: 'exception' }, profile }),
      JSON.stringify({ input: 'c', error: null, profile: null }),
      JSON.stringify({ input: 'a', error: { kind: 'timeout' } }),
      JSON.stringify({ input: 'e', error: { kind: 'timeout' } }),
      '{}',
      '  ',
      JSON.stringify({ input: 'a' }),
    ],
    linesAChunk,
  );
  expect(outcome).toEqual({
    records: 6,
    failed: 3,
    failures: new Map([
      ['timeout', 2],
      ['exception', 1],
    ]),
    unprofiled: 4,
    failedUnprofiled: 2,
    repeatedInputs: 1,
    malformed: 1,
    named: ['a.jsonl:6: is an object without input, profile or error: not a record'],
    unreadable: [],
  });
});

test.each([1, 7, 100])(
  'lines that are no records are counted, and the first twenty named, %d a chunk',
  (linesAChunk) => {
    const outcome = outcomeOf(
      ['{"input":', '3', '{"input":"a" "b":1}', '{"profile":{"schema":"x"}}', ...Array(30).fill('{')],
      linesAChunk,
    );
    expect(outcome).toMatchObject({ records: 0, malformed: 34 });
    expect(outcome.named).toHaveLength(20);
    expect(outcome.named.slice(0, 4)).toEqual([
      expect.stringMatching(/^a\.jsonl:1: ends in the middle/),
      expect.stringMatching(/^a\.jsonl:2: is JSON, but not an object/),
      'a.jsonl:3: is not JSON',
      expect.stringMatching(/^a\.jsonl:4: .* schema "stageprof\/1", received "x"/),
    ]);
    expect(outcome.named[19]).toMatch(/^a\.jsonl:20: /);
  },
);
