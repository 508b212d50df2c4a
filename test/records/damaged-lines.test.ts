import { expect, test } from 'vitest';
import { checkReport } from '../../src/model/report-check.js';
import { chunkFolds } from '../../src/records/chunk-fold.js';
import { ReportMerger } from '../../src/report/merge.js';
import { folds } from '../../src/summary/summary-fold.js';
import { seededBelow } from '../support/random.js';
import { pipelineReport } from '../support/report-fixture.js';
import { lineOf } from '../support/scanned.js';

/** How many lines; a run of minutes takes `STAGEPROF_TEST_LINES=100000`. */
const LINES = Number(process.env.STAGEPROF_TEST_LINES ?? 3000);
const NEWLINE = 0x0a;
const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '0',
  '-',
  '.',
  'e9',
  'null',
  '"profile":',
  '\u0000',
  '1e400',
  ' ',
];

/** A byte changed, a stretch removed, doubled or moved, a token put in, or the end torn off. */
function damaged(line: Buffer, random: (below: number) => number): Buffer {
  const at = random(line.length);
  const end = Math.min(line.length, at + random(200));
  const [before, cut, after] = [line.subarray(0, at), line.subarray(at, end), line.subarray(end)];
  switch (random(6)) {
    case 0:
      return Buffer.concat([before, Buffer.of(random(256)), line.subarray(at + 1)]);
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, cut, cut, after]);
    case 3:
      return Buffer.concat([cut, before, after]);
    case 4:
      return Buffer.concat([before, Buffer.from(TOKENS[random(TOKENS.length)]!), after]);
    default:
      return before;
  }
}

/** What JSON.parse and the merge make of a line; undefined where it is no record. */
function parsed(line: Buffer): { readonly profile?: unknown; readonly error?: unknown } | undefined {
  try {
    const record = JSON.parse(line.toString());
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
    if (record.profile !== undefined && record.profile !== null) checkReport(record.profile);
    return record;
  } catch {
    return undefined;
  }
}

test('damaged records are taken or left out as JSON.parse and the merge have it, and count for the same', () => {
  const random = seededBelow(LINES);
  const openFold = chunkFolds(folds, undefined);
  const whole = Buffer.from(
    JSON.stringify({ input: 'a', text: 'of "{[ things', error: null, profile: pipelineReport() }),
  );
  for (let run = 0; run < LINES; run++) {
    const fold = openFold();
    const merger = new ReportMerger();
    const counts = { records: 0, failed: 0, unprofiled: 0, malformed: 0 };
    // Whole ones between, from which the shape of the reports is learned.
    for (const line of [whole, damaged(whole, random), damaged(whole, random)]) {
      if (line.includes(NEWLINE) || line.toString().trim() === '') continue;
      const { input, from } = lineOf(line);
      fold.addLine(input, from, { part: 0, line: 1 });
      const record = parsed(line);
      if (record === undefined) counts.malformed++;
      else {
        counts.records++;
        if (record.error !== undefined && record.error !== null) counts.failed++;
        if (record.profile === undefined || record.profile === null) counts.unprofiled++;
        else merger.add(record.profile as Parameters<typeof merger.add>[0]);
      }
    }
    const state = fold.state();
    const { malformed, ...others } = counts;
    expect([state.malformed, state.counts]).toMatchObject([malformed, others]);
    const merged = new ReportMerger();
    merged.absorb(state.own.merger);
    expect(merged.result()).toStrictEqual(merger.result());
  }
}, 600_000);
