import { describe, expect, test } from 'vitest';
import { findingsOf } from '../../src/findings/findings.js';
import { evidenceOf, findingCell, findingNotes } from '../../src/render/finding-texts.js';
import { finding } from '../support/finding-examples.js';
import { report, row } from '../support/report-fixture.js';

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

  test('is blank without findings', () => {
    expect(findingCell([])).toBe('');
  });
});

describe('the lines below a table', () => {
  const worst = [
    finding('native-growth', { stage: 'b' }),
    finding('fragmentation', { stage: 'b' }),
    finding('waiting', { stage: 'a.b' }),
    finding('gc-bound'),
    finding('off-thread'),
  ];

  test('explain the first three kinds and name the others', () => {
    expect(findingNotes(worst).map(({ key, text }) => `${key} | ${text}`)).toEqual([
      'native-growth | b: native-growth 1',
      'fragmentation | b: fragmentation 1',
      'waiting | a.b: waiting 1',
      'also | gc-bound, off-thread: see docs/findings.md',
    ]);
    expect(findingNotes(worst.slice(0, 3))).toHaveLength(3);
    expect(findingNotes([])).toEqual([]);
  });

  test('rest on the fields of the kinds that they explain', () => {
    const numbered = worst.map((one, index) => ({ ...one, numbers: { [`field_${index}`]: 1 } }));
    expect([...evidenceOf(numbered)]).toEqual(['field_0', 'field_1', 'field_2']);
  });

  test('cannot move the cursor', () => {
    const stages = [row('\x1b[2J', { calls: 1, wall_s: 9, wall_self_s: 9, cpu_self_s: 0 })];
    const [note] = findingNotes(findingsOf(report({ stages })));
    expect(note?.text).toContain('9.00 s of its own');
    expect(note?.text).not.toMatch(/\p{Cc}/u);
  });
});
