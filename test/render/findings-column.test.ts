import { describe, expect, test } from 'vitest';
import type { Finding, FindingKind } from '../../src/findings/findings.js';
import type { StageRow } from '../../src/model/report.js';
import { findingCell, findingNotes, findingsOfReport } from '../../src/render/findings-column.js';
import { report, row } from '../support/report-fixture.js';

const finding = (kind: FindingKind, amount = 1, share = 0.5): Finding => ({
  kind,
  numbers: { amount },
  thresholds: {},
  amount,
  share,
  shared: false,
  text: `${kind} ${amount}`,
});

const notesOfRows = (rows: readonly (readonly [stage: string, ...findings: Finding[]])[]) =>
  findingNotes(new Map(rows.map(([stage, ...findings]): [StageRow, Finding[]] => [row(stage), findings]))).map(
    ({ key, text }) => `${key} | ${text}`,
  );

describe('the cell of a row', () => {
  const three = [finding('fragmentation'), finding('waiting'), finding('off-thread')];

  test.each([
    [Number.POSITIVE_INFINITY, 'fragmentation,waiting,off-thread'],
    [32, 'fragmentation,waiting,off-thread'],
    [31, 'fragmentation,waiting +1'],
    [24, 'fragmentation,waiting +1'],
    [23, 'fragmentation +2'],
    [1, 'fragmentation +2'],
  ])('within %d characters', (width, cell) => {
    expect(findingCell(three, width)).toBe(cell);
  });

  test('without findings is blank', () => {
    expect(findingCell([])).toBe('');
  });
});

describe('the lines below a table', () => {
  test('name the stage where a kind is worst', () => {
    expect(
      notesOfRows([
        ['a', finding('gc-bound', 1)],
        ['b', finding('gc-bound', 3)],
        ['c', finding('gc-bound', 2)],
      ]),
    ).toEqual(['gc-bound | b: gc-bound 3']);
  });

  test('name the innermost stage that has more than half of what its parents have', () => {
    const rows = (inner: number) =>
      [
        ['a', finding('native-growth', 100)],
        ['a.b', finding('native-growth', 80)],
        ['a.b.c', finding('native-growth', inner)],
        ['ab', finding('native-growth', 90)],
      ] as const;
    expect(notesOfRows(rows(41))).toEqual(['native-growth | a.b.c: native-growth 41']);
    expect(notesOfRows(rows(40))).toEqual(['native-growth | a.b: native-growth 80']);
  });

  test('name the stage that itself waits, not one inside', () => {
    expect(
      notesOfRows([
        ['a', finding('waiting', 10)],
        ['a.b', finding('waiting', 9)],
      ]),
    ).toEqual(['waiting | a: waiting 10']);
  });

  test('explain the three kinds that matter most and name the rest', () => {
    expect(
      notesOfRows([
        ['a', finding('gc-bound', 1, 0.2), finding('off-thread', 9, 1)],
        ['b', finding('waiting', 1, 0.3), finding('native-growth', 1, 0.9), finding('fragmentation', 1, 0.1)],
      ]),
    ).toEqual([
      'native-growth | b: native-growth 1',
      'fragmentation | b: fragmentation 1',
      'waiting | b: waiting 1',
      'also | gc-bound, off-thread: see docs/findings.md',
    ]);
  });

  test('are none without findings', () => {
    expect(notesOfRows([['a']])).toEqual([]);
  });

  test('cannot move the cursor', () => {
    const given = [row('\x1b[2J', { calls: 1, wall_s: 9, wall_self_s: 9, cpu_self_s: 0 })];
    const [note] = findingNotes(findingsOfReport(report({ stages: given })));
    expect(note?.text).not.toMatch(/\p{Cc}/u);
  });
});
