import { spawnSync } from 'node:child_process';
import { SetupError, systemReason } from '../model/setup-error.js';
import type { Gathering } from './reconciled.js';
import { SACCT_FIELDS } from './sacct-rows.js';

/** sacct itself tries for a minute to reach a database that does not answer. */
const TIMEOUT_MS = 120_000;
const MOST_BYTES = 1024 * 1024 * 1024;

/** Whether sacct takes the text behind -j: `12`, `12_3`, or several with commas. */
export function isJob(text: string): boolean {
  return /^\d+(_\d+)?(,\d+(_\d+)?)*$/.test(text);
}

/** `-D` gives every run of a task that was requeued. Units larger than K would be rounded to three digits. */
function sacctArguments(job: string): string[] {
  return ['-j', job, '-D', '-P', '--units=K', `--format=${SACCT_FIELDS.join(',')}`];
}

/** The command that a person types to have the same output on another machine. */
export function sacctCommand(job: string): string {
  return `SLURM_TIME_FORMAT=%s sacct ${sacctArguments(job).join(' ')}`;
}

/** @throws {SetupError} that says why there is no output */
export function runSacct(job: string): string {
  const env = { ...process.env, SLURM_TIME_FORMAT: '%s' };
  const { error, status, signal, stdout, stderr } = spawnSync('sacct', sacctArguments(job), {
    encoding: 'utf8',
    env,
    timeout: TIMEOUT_MS,
    maxBuffer: MOST_BYTES,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    const remedy = `save "${sacctCommand(job)}" on the cluster and give that file`;
    throw new SetupError(`--sacct ${job}: there is no sacct on this machine: ${remedy}`);
  }
  if (error !== undefined) throw new SetupError(`--sacct ${job}: sacct fails, ${systemReason(error)}`);
  if (status !== 0) throw new SetupError(`--sacct ${job}: sacct fails, ${lastLine(stderr) ?? signal ?? status}`);
  return stdout;
}

/** How this cluster gathers its numbers, as far as scontrol tells. */
export function askGathering(): Gathering {
  const { status, stdout } = spawnSync('scontrol', ['show', 'config'], { encoding: 'utf8', timeout: TIMEOUT_MS });
  return parseGathering(status === 0 ? stdout : '');
}

/** @param config the output of `scontrol show config` */
export function parseGathering(config: string): Gathering {
  const value = (name: string) => {
    const text = new RegExp(`^${name}\\s*=\\s*(.*?)\\s*$`, 'm').exec(config)?.[1];
    return text === undefined || text === '' || text === '(null)' ? null : text;
  };
  return {
    intervalS: samplingInterval(value('JobAcctGatherFrequency')),
    plugin: value('JobAcctGatherType')?.replace('jobacct_gather/', '') ?? null,
    params: value('JobAcctGatherParams'),
  };
}

/** @param frequency such as `30` or `task=30,energy=10` */
function samplingInterval(frequency: string | null): number | null {
  const seconds = /(?:^|,)(?:task=)?(\d+)(?:,|$)/i.exec(frequency ?? '')?.[1];
  return seconds === undefined ? null : Number(seconds);
}

/** The last line: commands print the reason after what led to it. */
function lastLine(text: string): string | undefined {
  return (
    text
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^sacct: (error|fatal): /, '') || undefined
  );
}
