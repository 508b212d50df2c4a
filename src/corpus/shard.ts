/** One task's part of a corpus: task `index` of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export interface ChosenShard {
  readonly shard: Shard;
  /** Whether it is that of the Slurm array task, and not of flags. */
  readonly fromEnvironment: boolean;
}

export const WHOLE_CORPUS: Shard = { index: 0, count: 1 };

/**
 * Every `count`th input, starting with the `index`th. Lists are often sorted by size or date: contiguous parts would
 * give one task all the large inputs.
 */
export function inputsOfShard<T>(inputs: readonly T[], { index, count }: Shard): T[] {
  return inputs.filter((_, i) => i % count === index);
}

export type ArrayTask =
  | { readonly state: 'none' }
  | { readonly state: 'task'; readonly shard: Shard }
  | { readonly state: 'unusable'; readonly reason: string };

/**
 * The shard of a Slurm array task: `--array=3-9:3` has the ids 3, 6 and 9, which are the indexes 0, 1 and 2.
 *
 * An irregular array, such as `--array=0,1,5`, is unusable: Slurm gives its lowest and highest id and a step, from
 * which no task can know its index, and a wrong index would leave inputs out without a message.
 */
export function shardOfArrayTask(env: NodeJS.ProcessEnv): ArrayTask {
  if (env.SLURM_ARRAY_TASK_ID === undefined) return { state: 'none' };
  const id = wholeNumber(env.SLURM_ARRAY_TASK_ID);
  const count = wholeNumber(env.SLURM_ARRAY_TASK_COUNT);
  const min = wholeNumber(env.SLURM_ARRAY_TASK_MIN);
  const step = wholeNumber(env.SLURM_ARRAY_TASK_STEP ?? '1');
  const max = wholeNumber(env.SLURM_ARRAY_TASK_MAX ?? String(min + (count - 1) * step));
  if ([id, count, min, step, max].some(Number.isNaN) || step === 0 || count === 0) {
    return {
      state: 'unusable',
      reason: 'SLURM_ARRAY_TASK_ID is set, but _COUNT, _MIN or _STEP beside it is not a number',
    };
  }
  const index = (id - min) / step;
  const regular = min + (count - 1) * step === max && Number.isInteger(index) && index >= 0 && index < count;
  if (!regular) {
    return {
      state: 'unusable',
      reason: `SLURM_ARRAY_TASK_ID=${id} is of an array without regular steps (${count} tasks from ${min} to ${max})`,
    };
  }
  return { state: 'task', shard: { index, count } };
}

function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
