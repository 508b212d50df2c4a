/**
 * The task of a report's or map account's `slurm`, as sacct names it. One task of an array has the array's own id as its
 * SLURM_JOB_ID: the id of the array and the number of the task are what names it.
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
