import fc from 'fast-check';
import { expect, test } from 'vitest';
import { absent, present, SOURCE_NAMES, type SourceState, type Sources } from '../../src/model/sources.js';
import { mergeSources } from '../../src/report/merge-sources.js';

const DIFFERS = 'the weakest of merged reports that differ';

function all(state: SourceState): Sources {
  return Object.fromEntries(SOURCE_NAMES.map((name) => [name, state])) as Sources;
}

function merged(a: SourceState, b: SourceState): SourceState {
  return mergeSources(all(a), all(b)).native;
}

test('counts of readings add up even if nothing else differs', () => {
  const mallinfo2 = { ...present('sampled', 'mallinfo2'), readings: 6, skipped: 108 };
  expect(merged(mallinfo2, mallinfo2)).toEqual({ ...mallinfo2, readings: 12, skipped: 216 });
  expect(merged(mallinfo2, absent('no glibc'))).toMatchObject({ truth: 'absent', readings: 6, skipped: 108 });
});

test('equal states are not changed', () => {
  const state = { ...present('bounded', 'statm', 'per-CPU counters'), bound_kb: 16 };
  expect(merged(state, state)).toEqual(state);
});

test('the weaker truth wins, keeps its reason, and says that the reports differ', () => {
  expect(merged(present('exact', 'tracker'), absent('no addon'))).toEqual({
    available: false,
    truth: 'absent',
    method: null,
    reason: `no addon; ${DIFFERS}`,
  });
});

test('a weaker truth without a reason says only that the reports differ', () => {
  expect(merged(present('sampled', 'mallinfo2'), present('exact', 'tracker')).reason).toBe(DIFFERS);
});

test('the note about a difference stands once, however often reports are merged', () => {
  const once = merged(present('exact', 'tracker'), absent('no addon'));
  expect(merged(once, once)).toEqual(once);
  expect(merged(present('exact', 'tracker'), once)).toEqual(once);
});

test('the wider of two bounds is kept, and is no difference worth a note', () => {
  const statm = present('bounded', 'statm');
  expect(merged({ ...statm, bound_kb: 16 }, { ...statm, bound_kb: 64 })).toEqual({ ...statm, bound_kb: 64 });
});

test('an unknown bound is wider than any', () => {
  const statm = present('bounded', 'statm');
  expect(merged({ ...statm, bound_kb: 16 }, statm)).toEqual(statm);
});

test('the allocator is kept if all reports have the same', () => {
  const none = absent('not told');
  const [jemalloc, mimalloc] = [
    { ...none, allocator: 'jemalloc' },
    { ...none, allocator: 'mimalloc' },
  ];
  expect(merged(jemalloc, jemalloc)).toEqual(jemalloc);
  expect(merged({ ...present('sampled', 'x'), allocator: 'jemalloc' }, jemalloc).allocator).toBe('jemalloc');
  expect(merged(jemalloc, mimalloc)).toEqual(none);
  expect(merged(jemalloc, none)).toEqual(none);
});

const state: fc.Arbitrary<SourceState> = fc
  .record(
    {
      available: fc.boolean(),
      truth: fc.constantFrom('exact', 'bounded', 'sampled', 'absent'),
      method: fc.constantFrom(null, 'statm', 'tracker'),
      bound_kb: fc.constantFrom(4, 64),
      allocator: fc.constantFrom('glibc', 'jemalloc'),
      reason: fc.constantFrom('a', 'b', 'b; c'),
    },
    { requiredKeys: ['available', 'truth', 'method'] },
  )
  .map((value) => value as SourceState);

test('merging is associative, commutative and idempotent', () => {
  fc.assert(
    fc.property(state, state, state, (a, b, c) => {
      expect(merged(merged(a, b), c)).toEqual(merged(a, merged(b, c)));
      expect(merged(a, b)).toEqual(merged(b, a));
      expect(merged(a, a)).toEqual(a);
    }),
    { numRuns: 500 },
  );
});

test('an empty reason counts as none, however the states are grouped', () => {
  const empty = { ...present('sampled', 'mallinfo2'), reason: '' };
  const [one, other] = [present('exact', 'tracker'), present('exact', 'jemalloc')];
  const grouped = merged(empty, merged(one, other));
  expect(merged(merged(empty, one), other)).toEqual(grouped);
  expect(grouped.reason).toBe(DIFFERS);
});
