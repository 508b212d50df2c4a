import { environment } from '../host/process.js';
import type { SlurmIdentity } from '../model/report.js';

/** The Slurm job that this process belongs to; undefined outside of Slurm. */
export function slurmIdentity(env: NodeJS.ProcessEnv = environment): SlurmIdentity | undefined {
  const job = env.SLURM_JOB_ID ?? null;
  const arrayJob = env.SLURM_ARRAY_JOB_ID ?? null;
  const arrayTask = env.SLURM_ARRAY_TASK_ID ?? null;
  if (job === null && arrayJob === null && arrayTask === null) return undefined;
  return { job, array_job: arrayJob, array_task: arrayTask };
}
