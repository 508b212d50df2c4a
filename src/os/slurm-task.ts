/**
 * The task of a report's or map account's `slurm`, as sacct names it. SLURM_JOB_ID does not name a task of an array: one
 * of the tasks has the id of the array there. The id of the array and the number of the task do.
 */
export function taskOf(slurm: unknown): string | undefined {
  const { job, array_job: arrayJob, array_task: arrayTask } = membersOf(slurm);
  if (isId(arrayJob) && isId(arrayTask)) return `${arrayJob}_${arrayTask}`;
  return isId(job) ? job : undefined;
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}
