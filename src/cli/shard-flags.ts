import { Option } from 'commander';
import { type GivenArray, shardOfArrayTask } from '../corpus/array-task.js';
import { type ChosenShard, WHOLE_CORPUS } from '../corpus/shard.js';
import { UsageError } from '../model/usage-error.js';
import { wholeNumberFrom } from './number-flags.js';

export interface ShardFlags {
  readonly taskIndex?: number;
  readonly taskCount?: number;
  readonly taskFirst?: number;
}

export function shardFlags(): Option[] {
  return [
    new Option('--task-index <I>', 'which part of the inputs; without it, that of the array task').argParser(
      wholeNumberFrom(0),
    ),
    new Option('--task-count <N>', 'how many parts there are, if the scheduler does not tell').argParser(
      wholeNumberFrom(1),
    ),
    new Option('--task-first <N>', 'the index of the first part (default: 0)').argParser(wholeNumberFrom(0)),
  ];
}

const WHOLE = '--task-index 0 --task-count 1';

/** The shard of the flags, else that of a scheduler's array task, else the whole corpus. */
export function chooseShard(flags: ShardFlags, env: NodeJS.ProcessEnv): ChosenShard {
  const { taskIndex, taskCount, taskFirst } = flags;
  if (taskIndex !== undefined && taskCount === undefined) throw lonely('--task-index', '--task-count');
  if (taskFirst !== undefined && taskCount === undefined) throw lonely('--task-first', '--task-count');
  const given = taskCount === undefined ? undefined : { count: taskCount, first: taskFirst ?? 0 };
  if (given !== undefined && taskIndex !== undefined) return shardOfFlags(taskIndex, given);

  const task = shardOfArrayTask(env, given);
  if (task.state === 'unusable')
    throw new UsageError(`${task.reason}: give ${neededFlags(task.lacks)} (${WHOLE} takes all)`);
  if (task.state === 'task') return { shard: task.shard, source: task.source };
  if (given === undefined) return { shard: WHOLE_CORPUS, source: null };
  throw new UsageError('--task-count needs --task-index beside it: this process is no task of an array');
}

function neededFlags(lacks: readonly ('count' | 'first')[] | undefined): string {
  if (lacks === undefined) return '--task-index and --task-count';
  return lacks.includes('first') ? '--task-count, and --task-first if that is not 0' : '--task-count';
}

function shardOfFlags(taskIndex: number, { count, first }: GivenArray): ChosenShard {
  const index = taskIndex - first;
  if (index >= 0 && index < count) return { shard: { index, count }, source: null };
  throw new UsageError(
    `--task-index ${taskIndex} is outside of --task-count ${count}: indexes begin at ${first}${first === 0 ? '' : ' (--task-first)'}`,
  );
}

function lonely(flag: string, other: string): UsageError {
  return new UsageError(`${flag} needs ${other} beside it`);
}
