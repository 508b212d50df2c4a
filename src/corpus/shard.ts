/** One task's part of a corpus: task `index` of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export interface ChosenShard {
  readonly shard: Shard;
  /** The variable of a scheduler that it comes from, with its value; null for the shard of flags, and for no shard. */
  readonly source: string | null;
}

export const WHOLE_CORPUS: Shard = { index: 0, count: 1 };

/**
 * Every `count`th input, starting with the `index`th. Lists are often sorted by size or date: contiguous parts would
 * give one task all the large inputs.
 */
export function inputsOfShard<T>(inputs: readonly T[], { index, count }: Shard): T[] {
  return inputs.filter((_, i) => i % count === index);
}

/** `task index 3 of 100`; empty for the whole corpus. */
export function shardName({ shard: { index, count }, source }: ChosenShard): string {
  return count === 1 && source === null ? '' : `task index ${index} of ${count}`;
}
