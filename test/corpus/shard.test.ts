import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inputsOfShard, shardName } from '../../src/corpus/shard.js';

describe('inputsOfShard', () => {
  test('deals the inputs out like cards', () => {
    expect(inputsOfShard(['a', 'b', 'c', 'd', 'e'], { index: 1, count: 3 })).toEqual(['b', 'e']);
  });

  test('the tasks together take every input once, in shares that differ by one at most', () => {
    const corpora = fc.uniqueArray(fc.string(), { maxLength: 60 });
    fc.assert(
      fc.property(corpora, fc.integer({ min: 1, max: 80 }), (inputs, count) => {
        const shares = Array.from({ length: count }, (_, index) => inputsOfShard(inputs, { index, count }));
        expect(shares.flat().sort()).toEqual([...inputs].sort());
        const sizes = shares.map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test.each([
  ['', { index: 0, count: 1 }, null],
  ['task index 0 of 1', { index: 0, count: 1 }, 'SLURM_ARRAY_TASK_ID=7'],
  ['task index 2 of 5', { index: 2, count: 5 }, null],
])('the name of a shard is "%s"', (name, shard, source) => {
  expect(shardName({ shard, source })).toBe(name);
});
