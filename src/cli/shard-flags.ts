import { type ChosenShard, shardOfArrayTask, WHOLE_CORPUS } from '../corpus/shard.js';
import { UsageError } from '../model/usage-error.js';

export interface ShardFlags {
  readonly taskIndex?: number;
  readonly taskCount?: number;
}

/** The shard of the flags, else that of the Slurm array task, else the whole corpus. */
export function chooseShard({ taskIndex, taskCount }: ShardFlags, env: NodeJS.ProcessEnv): ChosenShard {
  if (taskIndex !== undefined && taskCount !== undefined) {
    if (taskIndex >= taskCount) {
      throw new UsageError(`--task-index ${taskIndex} is outside of --task-count ${taskCount}: indexes begin at 0`);
    }
    return { shard: { index: taskIndex, count: taskCount }, fromEnvironment: false };
  }
  if (taskIndex !== undefined) throw new UsageError('--task-index needs --task-count beside it');
  if (taskCount !== undefined) throw new UsageError('--task-count needs --task-index beside it');

  const task = shardOfArrayTask(env);
  if (task.state === 'unusable') throw new UsageError(`${task.reason}: give --task-index and --task-count`);
  if (task.state === 'none') return { shard: WHOLE_CORPUS, fromEnvironment: false };
  return { shard: task.shard, fromEnvironment: true };
}
