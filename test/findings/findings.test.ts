import { describe, expect, test } from 'vitest';
import { findingsOf, worstOfEachKind } from '../../src/findings/findings.js';
import type { Finding } from '../../src/findings/rule.js';
import { EXAMPLES, finding, GIB, MIB } from '../support/finding-examples.js';
import { report, row } from '../support/report-fixture.js';

describe('the findings of a report', () => {
  test('are those of all its rows, the one that matters most first, each with its stage', () => {
    const stages = [
      row('a', { calls: 1, ...EXAMPLES['off-thread'] }),
      row('b', { calls: 1, ...EXAMPLES['gc-bound'] }),
      row('b.c', { calls: 1, ...EXAMPLES['native-growth'] }),
      row('b.d', { calls: 1, wall_s: 1 }),
    ];
    const found = findingsOf(report({ total_wall_s: 110, outside_wall_s: 10, stages }));
    expect(found.map(({ stage, kind }) => [stage, kind])).toEqual([
      ['b.c', 'native-growth'],
      ['b', 'gc-bound'],
      ['a', 'off-thread'],
    ]);
    expect(found[0]).toMatchObject({
      text: '+400 MiB of live native blocks in one call: a leak only if further calls add to it; what is not closed or disposed of?',
      numbers: { native_kb: 400 * MIB, entries: 1 },
    });
  });

  const grown = row('(program)', {
    calls: 1,
    wall_s: 10,
    wall_self_s: 10,
    cpu_self_s: 0,
    native_kb_delta: 400 * MIB,
    rss_kb_peak_max: GIB,
  });

  test('include growth outside of any stage, but not how the program spends its time there', () => {
    const stages = [row('a', { calls: 1, wall_s: 9, native_kb_delta: 0 })];
    expect(findingsOf(report({ program: grown, stages })).map(({ stage, kind }) => [stage, kind])).toEqual([
      ['(outside any stage)', 'native-growth'],
    ]);
  });

  test('include what only the program as a whole shows: one stage grew, and the allocator has kept what another freed', () => {
    const grew = { calls: 1, wall_s: 5, native_kb_delta: 400 * MIB, rss_kb_delta: 400 * MIB, external_kb_delta: 0 };
    const freed = { calls: 1, wall_s: 4, native_kb_delta: -400 * MIB, rss_kb_delta: 0, external_kb_delta: 0 };
    const all = { ...grown, native_kb_delta: 0, rss_kb_delta: 400 * MIB, external_kb_delta: 0 };
    const told = (freedBy: number) =>
      findingsOf(
        report({
          program: row('(program)', { ...all, allocator_kb_delta: 390 * MIB, cpu_self_s: 10 }),
          stages: [
            row('a', { ...grew, rss_kb_peak_max: GIB, allocator_kb_delta: 0 }),
            row('b', { ...freed, rss_kb_peak_max: GIB, allocator_kb_delta: freedBy }),
          ],
        }),
      ).map(({ stage, kind }) => [stage, kind]);
    expect(told(390 * MIB)).toEqual([['(program)', 'fragmentation']]);
    // The end of the program itself may have freed it.
    expect(told(0)).toEqual([]);
  });

  test('are those of the program if it has no stages, except waiting', () => {
    const program = { ...grown, gc_s: 5 };
    expect(findingsOf(report({ program })).map(({ stage, kind }) => [stage, kind])).toEqual([
      ['(program)', 'native-growth'],
      ['(program)', 'gc-bound'],
    ]);
  });

  test('are none in an empty report', () => {
    expect(findingsOf(report())).toEqual([]);
  });
});

describe('the worst finding of each kind', () => {
  const worstOf = (...found: readonly Finding[]) =>
    worstOfEachKind(new Map(found.map((one) => [row(one.stage), [one]]))).map(
      ({ stage, kind, amount }) => `${stage}: ${kind} ${amount}`,
    );

  test('is that of the largest amount', () => {
    expect(
      worstOf(
        finding('gc-bound', { stage: 'a', amount: 1 }),
        finding('gc-bound', { stage: 'b', amount: 3 }),
        finding('gc-bound', { stage: 'c', amount: 2 }),
      ),
    ).toEqual(['b: gc-bound 3']);
  });

  test('is that of the innermost stage with more than half of what its parents have', () => {
    const rows = (inner: number) => [
      finding('native-growth', { stage: 'a', amount: 100 }),
      finding('native-growth', { stage: 'a.b', amount: 80 }),
      finding('native-growth', { stage: 'a.b.c', amount: inner }),
      finding('native-growth', { stage: 'ab', amount: 90 }),
    ];
    expect(worstOf(...rows(41))).toEqual(['a.b.c: native-growth 41']);
    expect(worstOf(...rows(40))).toEqual(['a.b: native-growth 80']);
  });

  test('names the stage that itself waits, not one inside it', () => {
    expect(
      worstOf(finding('waiting', { stage: 'a', amount: 10 }), finding('waiting', { stage: 'a.b', amount: 9 })),
    ).toEqual(['a: waiting 10']);
  });

  test('stands by weight: memory, then time, then off-thread, each by its share', () => {
    expect(
      worstOf(
        finding('gc-bound', { share: 0.2 }),
        finding('off-thread', { share: 1, amount: 9 }),
        finding('waiting', { share: 0.3 }),
        finding('fragmentation', { share: 0.1 }),
        finding('native-growth', { share: 0.9 }),
      ),
    ).toEqual(['a: native-growth 1', 'a: fragmentation 1', 'a: waiting 1', 'a: gc-bound 1', 'a: off-thread 9']);
  });
});

/** Met where a stage left Buffers that the next one dropped and a forced collection freed, while that one kept 160 MiB. */
describe('what the program kept may be of another stage', () => {
  const grown = (stage: string, native_kb_delta: number) =>
    row(stage, { calls: 1, wall_s: 1, native_kb_delta, native_kb_peak_max: 900 * MIB, rss_kb_peak_max: 900 * MIB });
  const toldOf = (left: number, right: number, freed: number) => {
    const program = grown('(program)', left + right + freed);
    const stages = [grown('left', left), grown('right', right), grown('free', freed)];
    return findingsOf(report({ total_wall_s: 3, outside_wall_s: 0, stages, program })).map(({ stage, amount }) => [
      stage,
      amount / MIB,
    ]);
  };

  test('of two that grew, neither is told where a third freed as much, but the program', () => {
    expect(toldOf(100 * MIB, 120 * MIB, -100 * MIB)).toEqual([['(program)', 120]]);
  });

  test('a stage is not told either where the stage around it freed as much', () => {
    const stages = [grown('a', 30 * MIB), grown('a.b', 130 * MIB), grown('c', 200 * MIB)];
    const program = grown('(program)', 230 * MIB);
    const told = findingsOf(report({ total_wall_s: 2, outside_wall_s: 0, stages, program }));
    expect(told.map(({ stage }) => stage)).toEqual(['c']);
  });

  test('one is told if it kept most of it in any case', () => {
    expect(toldOf(400 * MIB, 80 * MIB, -80 * MIB)).toEqual([['left', 400]]);
    expect(toldOf(100 * MIB, 120 * MIB, 0)).toEqual([
      ['right', 120],
      ['left', 100],
    ]);
  });
});
