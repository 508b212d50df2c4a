import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inputsOfShard, shardOfArrayTask } from '../../src/corpus/shard.js';

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

describe('shardOfArrayTask', () => {
  test('the ids of any regular array are the indexes 0 to count - 1', () => {
    const arrays = fc.record({
      min: fc.integer({ min: 0, max: 1000 }),
      step: fc.integer({ min: 1, max: 50 }),
      count: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(arrays, ({ min, step, count }) => {
        const shards = Array.from({ length: count }, (_, i) =>
          shardOfArrayTask(env(min + i * step, { min, step, count })),
        );
        expect(shards).toEqual(
          Array.from({ length: count }, (_, index) => ({ state: 'task', shard: { index, count } })),
        );
      }),
    );
  });

  test('there is none outside of an array', () => {
    expect(shardOfArrayTask({ SLURM_JOB_ID: '7' })).toEqual({ state: 'none' });
  });

  test.each([
    ['ids without regular steps', env(5, { min: 0, step: 1, count: 3, max: 5 })],
    ['ids without regular steps, for the task whose id would do', env(1, { min: 0, step: 1, count: 3, max: 5 })],
    ['an id between two steps', env(4, { min: 3, step: 3, count: 3 })],
    ['an id past the last', env(12, { min: 3, step: 3, count: 3 })],
    ['an id before the first', env(0, { min: 3, step: 3, count: 3 })],
    ['a step of zero', env(3, { min: 3, step: 0, count: 3 })],
    ['a count of zero', env(3, { min: 3, step: 1, count: 0 })],
    ['an id alone', { SLURM_ARRAY_TASK_ID: '3' }],
    ['text', { ...env(3, { min: 3, step: 3, count: 3 }), SLURM_ARRAY_TASK_ID: '3x' }],
  ])('is unusable with %s', (_, variables) => {
    expect(shardOfArrayTask(variables)).toMatchObject({ state: 'unusable', reason: expect.stringContaining('SLURM_') });
  });
});

interface ArrayOfTasks {
  readonly min: number;
  readonly step: number;
  readonly count: number;
  readonly max?: number;
}

function env(id: number, { min, step, count, max = min + (count - 1) * step }: ArrayOfTasks): NodeJS.ProcessEnv {
  return {
    SLURM_ARRAY_TASK_ID: String(id),
    SLURM_ARRAY_TASK_COUNT: String(count),
    SLURM_ARRAY_TASK_MIN: String(min),
    SLURM_ARRAY_TASK_MAX: String(max),
    SLURM_ARRAY_TASK_STEP: String(step),
  };
}
