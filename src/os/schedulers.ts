import { textIn } from './read-if-possible.js';

/**
 * What a scheduler tells a task of an array, by the names that its documentation has. A name is that of an environment
 * variable, or of an attribute in the file that the variable `file` names.
 */
export interface Scheduler {
  readonly name: string;
  /** Where the names are documented. */
  readonly documented: string;
  readonly file?: string;
  /** The number of the task. Where it is not set, there is no array. */
  readonly id: string;
  /** A name, and the value by which an ordinary job differs from a task of an array. */
  readonly ordinary?: readonly [name: string, value: string];
  readonly count?: string;
  /** The lowest number of the array, or 0 where the documentation says that all arrays begin there. */
  readonly first?: string | 0;
  readonly last?: string;
  readonly step?: string;
  /** A scheduler that may set the same variable, with the number of its own task. */
  readonly alsoSetBy?: string;
}

/**
 * One row a scheduler. What a row lacks, no variable tells, and the user has to. A variable that no documentation has
 * may change, and does not belong here.
 */
export const SCHEDULERS: readonly Scheduler[] = [
  {
    name: 'Slurm',
    documented: 'https://slurm.schedmd.com/job_array.html',
    id: 'SLURM_ARRAY_TASK_ID',
    count: 'SLURM_ARRAY_TASK_COUNT',
    first: 'SLURM_ARRAY_TASK_MIN',
    last: 'SLURM_ARRAY_TASK_MAX',
    step: 'SLURM_ARRAY_TASK_STEP',
  },
  {
    name: 'PBS Pro',
    documented: "PBS Professional User's Guide, Job Arrays",
    id: 'PBS_ARRAY_INDEX',
    // The plugin spank_pbs of Slurm.
    alsoSetBy: 'Slurm',
  },
  {
    name: 'Torque',
    documented: 'http://docs.adaptivecomputing.com/torque/4-1-3/Content/topics/2-jobs/multiJobSubmission.htm',
    id: 'PBS_ARRAYID',
  },
  {
    name: 'LSF',
    documented: 'https://www.ibm.com/docs/en/spectrum-lsf/10.1.0?topic=variables-environment-set-job-execution',
    id: 'LSB_JOBINDEX',
    ordinary: ['LSB_JOBINDEX', '0'],
    // The end and the step cannot tell how many there are without the first. They check what the user says.
    last: 'LSB_JOBINDEX_END',
    step: 'LSB_JOBINDEX_STEP',
  },
  {
    name: 'SGE',
    documented: 'https://manpages.debian.org/bookworm/gridengine-client/qsub.1.en.html',
    id: 'SGE_TASK_ID',
    ordinary: ['SGE_TASK_ID', 'undefined'],
    first: 'SGE_TASK_FIRST',
    last: 'SGE_TASK_LAST',
    step: 'SGE_TASK_STEPSIZE',
  },
  {
    name: 'HTCondor',
    documented: 'https://htcondor.readthedocs.io/en/latest/users-manual/env-of-job.html',
    file: '_CONDOR_JOB_AD',
    id: 'ProcId',
    ordinary: ['TotalSubmitProcs', '1'],
    count: 'TotalSubmitProcs',
    first: 0,
  },
  {
    name: 'Flux',
    documented: 'https://flux-framework.readthedocs.io/projects/flux-core/en/latest/man7/flux-environment.html',
    id: 'FLUX_JOB_CC',
  },
  {
    name: 'Kubernetes',
    documented: 'https://kubernetes.io/docs/tasks/job/indexed-parallel-processing-static/',
    id: 'JOB_COMPLETION_INDEX',
    first: 0,
  },
  {
    name: 'AWS Batch',
    documented: 'https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html',
    id: 'AWS_BATCH_JOB_ARRAY_INDEX',
    count: 'AWS_BATCH_JOB_ARRAY_SIZE',
    first: 0,
  },
];

/** What is set of the names of one scheduler, in a task of one of its arrays. */
export interface ArrayVariables {
  readonly scheduler: Scheduler;
  readonly id: string;
  readonly count: string | undefined;
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly step: string | undefined;
}

/** One for each scheduler in whose array this process is a task. There are several where one runs within another. */
export function arrayVariables(env: NodeJS.ProcessEnv): ArrayVariables[] {
  const tasks = SCHEDULERS.flatMap((scheduler) => variablesOf(scheduler, env));
  return tasks.filter(({ scheduler: { alsoSetBy }, id }) =>
    tasks.every((other) => other.scheduler.name !== alsoSetBy || other.id !== id),
  );
}

function variablesOf(scheduler: Scheduler, env: NodeJS.ProcessEnv): ArrayVariables[] {
  const { file, id, ordinary, count, first, last, step } = scheduler;
  if (file !== undefined && env[file] === undefined) return [];
  const values = file === undefined ? env : attributesIn(env[file]!);
  const valueOf = (name: string | undefined) => (name === undefined ? undefined : values[name]?.trim());
  const number = valueOf(id);
  // An attribute that cannot be read is no sign of an ordinary job.
  if (number === undefined && file === undefined) return [];
  if (ordinary !== undefined && valueOf(ordinary[0]) === ordinary[1]) return [];
  return [
    {
      scheduler,
      id: number ?? '',
      count: valueOf(count),
      first: first === 0 ? '0' : valueOf(first),
      last: valueOf(last),
      step: valueOf(step),
    },
  ];
}

/** The `name = value` lines of a job ad of HTCondor; none where it cannot be read. */
function attributesIn(path: string): Readonly<Record<string, string>> {
  const lines = (textIn(path) ?? '').matchAll(/^(\w+) *= *(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}
