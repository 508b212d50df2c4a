import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OTHER_NAME } from '../../src/stacks/frame.js';
import { OTHER_FRAME } from '../../src/stacks/frame-table.js';
import { mergeProfile } from '../../src/stacks/merge-profile.js';
import { StackProfile } from '../../src/stacks/stack-profile.js';
import { NO_STACK } from '../../src/stacks/stack-table.js';
import { addRows, profileOf, type RowInput, rowInputs } from '../support/arbitrary-profile.js';
import { describeProfile } from '../support/describe-profile.js';

const JS = { kind: 'js', name: 'f', file: '/app/f.js', line: 3 } as const;
const NATIVE = { kind: 'native', module: '/lib/a.so', offset: 16 } as const;

const A: RowInput = { stage: 'parse', thread: 'main', frames: [JS, NATIVE], values: { samples: 2, cpu: 20_000_000 } };

const merged = (...profiles: StackProfile[]): StackProfile => {
  const into = new StackProfile();
  for (const profile of profiles) mergeProfile(into, profile);
  return into;
};

describe('rows', () => {
  test('add up the values of the same stage, thread and stack', () => {
    const profile = profileOf([A, A, { ...A, stage: '' }, { ...A, thread: 'worker 1' }, { ...A, frames: [JS] }]);
    expect(profile.rows.length).toBe(4);
    expect([profile.value(1, 'samples'), profile.value(1, 'cpu'), profile.value(2, 'cpu')]).toEqual([4, 4e7, 2e7]);
    expect(profile.frames.length).toBe(3);
    expect(profile.stacks.length).toBe(2);
  });

  test('tell types that were measured from those that were not', () => {
    const profile = profileOf([A]);
    profile.measure('peak_space');
    expect(profile.measuredTypes).toEqual(['samples', 'cpu', 'peak_space']);
    expect([profile.isMeasured('peak_space'), profile.isMeasured('live_space')]).toEqual([true, false]);
  });

  test('add only numbers above zero, rounded to whole ones', () => {
    const profile = new StackProfile();
    const row = profile.row('a', '', NO_STACK);
    for (const value of [1.4, 1.6, 0, -5, Number.NaN, Number.NEGATIVE_INFINITY]) profile.add(row, 'cpu', value);
    expect(profile.value(row, 'cpu')).toBe(3);
  });

  test('past the limit are added to (other), by stage if the stage is known', () => {
    const profile = new StackProfile({ frames: 10, stacks: 10, rows: 2 });
    addRows(profile, [A, { ...A, stage: 'write' }, { ...A, thread: 'b' }, { ...A, stage: 'new' }, A]);
    for (let i = 0; i < 50; i++) addRows(profile, [{ ...A, stage: `stage ${i}`, thread: `thread ${i}` }]);
    const rows = describeProfile(profile).rows.map((row) => JSON.parse(row));
    expect(rows.map(([stage, thread, frames, values]) => [stage, thread, frames.length, values])).toEqual([
      [OTHER_NAME, OTHER_NAME, 1, [102, 1_020_000_000]],
      ['parse', OTHER_NAME, 1, [2, 20_000_000]],
      ['parse', 'main', 2, [4, 40_000_000]],
      ['write', 'main', 2, [2, 20_000_000]],
    ]);
    expect(profile.stacks.frames(profile.rows.stack(3))).toEqual([OTHER_FRAME]);
  });
});

describe('merging', () => {
  test('adds up the rows that both profiles have, and takes over the others', () => {
    const B: RowInput = { ...A, frames: [NATIVE, JS], values: { alloc_space: 512 } };
    const profile = merged(profileOf([A, B]), profileOf([B, { ...A, values: { cpu: 1, samples: 1, live_space: 9 } }]));
    expect(profile.measuredTypes).toEqual(['samples', 'cpu', 'alloc_space', 'live_space']);
    expect(profile.rows.length).toBe(2);
    expect(profile.measuredTypes.map((type) => profile.value(1, type))).toEqual([3, 20_000_001, 0, 9]);
    expect(profile.measuredTypes.map((type) => profile.value(2, type))).toEqual([0, 0, 1024, 0]);
    expect([profile.frames.length, profile.stacks.length]).toEqual([3, 4]);
  });

  test('takes over that a type was measured, even if it was never seen', () => {
    const from = profileOf([]);
    from.measure('live_space');
    expect(merged(profileOf([A]), from).measuredTypes).toEqual(['samples', 'cpu', 'live_space']);
  });

  test('leaves the merged profile as it was', () => {
    const from = profileOf([A]);
    const before = describeProfile(from);
    merged(profileOf([{ ...A, stage: 'x' }]), from);
    expect(describeProfile(from)).toEqual(before);
  });

  test('doubles a profile that is merged with itself', () => {
    const profile = profileOf([A]);
    mergeProfile(profile, profile);
    expect(describeProfile(profile)).toEqual(describeProfile(profileOf([A, A])));
  });

  test('gives the same as adding all rows to one profile', () => {
    fc.assert(
      fc.property(rowInputs, rowInputs, (a, b) => {
        expect(describeProfile(merged(profileOf(a), profileOf(b)))).toEqual(describeProfile(profileOf([...a, ...b])));
      }),
    );
  });

  test('is commutative and associative', () => {
    fc.assert(
      fc.property(rowInputs, rowInputs, rowInputs, (...inputs) => {
        const [a, b, c] = inputs.map(profileOf) as [StackProfile, StackProfile, StackProfile];
        const expected = describeProfile(merged(a, b, c));
        expect(describeProfile(merged(c, b, a))).toEqual(expected);
        expect(describeProfile(merged(a, merged(b, c)))).toEqual(expected);
        expect(describeProfile(merged(merged(b, a), c))).toEqual(expected);
      }),
    );
  });

  test('loses no value when limits are reached', () => {
    fc.assert(
      fc.property(rowInputs, rowInputs, (a, b) => {
        const limited = new StackProfile({ frames: 3, stacks: 3, rows: 3 });
        mergeProfile(limited, profileOf(a));
        mergeProfile(limited, profileOf(b));
        expect(limited.frames.length).toBeLessThanOrEqual(3);
        expect(limited.stacks.length).toBeLessThanOrEqual(7);
        expect(totals(limited)).toEqual(totals(profileOf([...a, ...b])));
      }),
    );
  });

  test('takes no more memory for ten thousand profiles than for one with the same stacks', () => {
    const into = new StackProfile();
    const rows = Array.from({ length: 20 }, (_, i) => ({
      ...A,
      frames: [{ ...JS, name: `f${i % 5}` }, JS],
      stage: `${i}`,
    }));
    const from = profileOf(rows);
    for (let i = 0; i < 10_000; i++) mergeProfile(into, from);
    expect([into.rows.length, into.stacks.length, into.frames.length, into.strings.length]).toEqual([
      from.rows.length,
      from.stacks.length,
      from.frames.length,
      from.strings.length,
    ]);
    expect(into.value(20, 'cpu')).toBe(2e11);
  });
});

function totals(profile: StackProfile): number[] {
  return profile.measuredTypes.map((type) => {
    let total = 0;
    for (let row = 1; row <= profile.rows.length; row++) total += profile.value(row, type);
    return total;
  });
}
