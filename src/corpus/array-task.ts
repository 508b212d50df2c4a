import { type ArrayVariables, arrayVariables } from '../os/schedulers.js';
import type { Shard } from './shard.js';

/** What the user says of an array. It goes before what the scheduler tells. */
export interface GivenArray {
  readonly count: number;
  /** The number of its first task. */
  readonly first: number;
}

export type ArrayTask =
  | { readonly state: 'none' }
  /** @member source the variable that has the number of the task, and its value: `SLURM_ARRAY_TASK_ID=7` */
  | { readonly state: 'task'; readonly shard: Shard; readonly source: string }
  /** @member lacks what `GivenArray` would have to tell, if it would make it usable */
  | { readonly state: 'unusable'; readonly reason: string; readonly lacks?: readonly ('count' | 'first')[] };

/**
 * The shard of the task of a scheduler's array in whose environment this process runs: a Slurm array of `3-9:3` has the
 * ids 3, 6 and 9, which are the indexes 0, 1 and 2.
 *
 * A wrong index or count would leave inputs out without a message. So what cannot be known for sure is unusable.
 */
export function shardOfArrayTask(env: NodeJS.ProcessEnv, given?: GivenArray): ArrayTask {
  const [task, ...others] = arrayVariables(env);
  if (task === undefined) return { state: 'none' };
  if (others.length > 0) return unusable(`${[task, ...others].map(sourceOf).join(' and ')} are of an array each`);
  if (given !== undefined) return givenShard(task, given);
  return tellsAll(task) ? toldShard(task) : lacking(task);
}

/** Where the scheduler has the number of tasks, it is exact for irregular arrays too; that from first to last is not. */
function tellsAll({ scheduler, count, first, last }: ArrayVariables): boolean {
  return first !== undefined && (scheduler.count === undefined ? last : count) !== undefined;
}

function toldShard(task: ArrayVariables): ArrayTask {
  const [id, first, step] = [wholeNumber(task.id), wholeNumber(task.first), wholeNumber(task.step ?? '1')];
  const last = task.last === undefined ? null : wholeNumber(task.last);
  // The last of SGE is the end of the range that the user gave, and need not be a task.
  const count = task.count === undefined ? countUpTo(last!, { first, step }) : wholeNumber(task.count);
  if ([id, first, step, last, count].some(Number.isNaN) || step === 0 || count < 1) return unusable(notReadable(task));
  const index = (id - first) / step;
  const isRegular = task.count === undefined || last === null || first + (count - 1) * step === last;
  if (isRegular && isIndex(index, count)) return { state: 'task', shard: { index, count }, source: sourceOf(task) };
  const tasks = `${count} tasks from ${first}${last === null ? '' : ` to ${last}`}`;
  return unusable(`${sourceOf(task)} is of an array without regular steps (${tasks})`);
}

function givenShard(task: ArrayVariables, { count, first }: GivenArray): ArrayTask {
  const id = wholeNumber(task.id);
  // A part of an array that is known as a whole has been submitted again. The step is that of the part.
  const isPart = tellsAll(task);
  const step = isPart ? 1 : wholeNumber(task.step ?? '1');
  const last = isPart || task.last === undefined ? null : wholeNumber(task.last);
  if ([id, step, last].some(Number.isNaN) || step === 0) return unusable(notReadable(task));
  const index = (id - first) / step;
  const isWhole = last === null || countUpTo(last, { first, step }) === count;
  if (isWhole && isIndex(index, count)) return { state: 'task', shard: { index, count }, source: sourceOf(task) };
  const range = last === null ? '' : ` of an array up to ${last}${step === 1 ? '' : ` in steps of ${step}`}`;
  return unusable(`${sourceOf(task)}${range} does not fit --task-count ${count} and --task-first ${first}`);
}

function countUpTo(last: number, { first, step }: { readonly first: number; readonly step: number }): number {
  return Math.floor((last - first) / step) + 1;
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

function lacking(task: ArrayVariables): ArrayTask {
  const { scheduler, id, first } = task;
  if (Number.isNaN(wholeNumber(id))) return unusable(notReadable(task));
  const lacks = first === undefined ? (['count', 'first'] as const) : (['count'] as const);
  const andFirst = first === undefined ? ', nor which is the first' : '';
  const reason = `${sourceOf(task)}, and ${scheduler.name} does not tell how many tasks there are${andFirst}`;
  return { state: 'unusable', reason, lacks };
}

function notReadable({ scheduler, id, ...told }: ArrayVariables): string {
  const { file } = scheduler;
  if (file !== undefined && id === '') return `${file} is set, but the file that it names has no ${scheduler.id}`;
  const names = (['count', 'first', 'last', 'step'] as const).flatMap((what) => {
    const name = scheduler[what];
    return typeof name === 'string' ? [`${name}=${told[what] ?? ''}`] : [];
  });
  return `${[`${scheduler.id}=${id}`, ...names].join(', ')}: these are no numbers of an array`;
}

function sourceOf({ scheduler, id }: ArrayVariables): string {
  return `${scheduler.id}=${id}`;
}

function unusable(reason: string): Extract<ArrayTask, { state: 'unusable' }> {
  return { state: 'unusable', reason };
}

function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
