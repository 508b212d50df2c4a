import { spawnSync } from 'node:child_process';
import { SetupError, systemReason } from '../model/setup-error.js';
import type { Gathering } from './reconciled.js';
import { SACCT_FIELDS } from './sacct-rows.js';

/** A database that does not answer is tried for a minute by sacct itself. */
const TIMEOUT_MS = 120_000;
const MOST_BYTES = 1024 * 1024 * 1024;

/** `12`, `12_3`, several of them with commas: what sacct takes behind -j. */
export function isJob(text: string): boolean {
  return /^\d+(_\d+)?(,\d+(_\d+)?)*$/.test(text);
}

/** -D: every run of a task that was requeued. Kilobytes: larger units are rounded to three digits. */
function sacctArguments(job: string): string[] {
  return ['-j', job, '-D', '-P', '--units=K', `--format=${SACCT_FIELDS.join(',')}`];
}

/** What a person types to have the same on another machine. */
export function sacctCommand(job: string): string {
  return `SLURM_TIME_FORMAT=%s sacct ${sacctArguments(job).join(' ')}`;
}

/** @throws {SetupError} why there is no output */
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

/** How this cluster gathers; what scontrol does not tell is not known. */
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

/** `30`, or `task=30,energy=10`. */
function samplingInterval(frequency: string | null): number | null {
  const seconds = /(?:^|,)(?:task=)?(\d+)(?:,|$)/i.exec(frequency ?? '')?.[1];
  return seconds === undefined ? null : Number(seconds);
}

/** The reason comes last, behind what led to it. */
function lastLine(text: string): string | undefined {
  return (
    text
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^sacct: (error|fatal): /, '') || undefined
  );
}
