import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { isMapAccountName } from '../../src/records/map-account.js';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface CliResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stderr, without the empty text after the last newline. */
  readonly lines: readonly string[];
}

export interface CliOptions {
  /** Path of the command line, if it is not the built one. */
  readonly main?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string | Uint8Array;
  readonly onSpawn?: (child: ChildProcess) => void;
  readonly onStderr?: OnStderr;
  /** Gives it its own process group, as a shell does. */
  readonly inGroup?: boolean;
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  /** Files to write to instead of the pipes. The result is then empty. */
  readonly stdoutTo?: string;
  readonly stderrTo?: string;
}

/** Called at each piece of stderr, with all of it so far. */
export type OnStderr = (stderr: string, child: ChildProcess) => void;

const ofSchedulers = /^(SLURM_|PBS_|LSB_|SGE_TASK_|_CONDOR_|FLUX_|JOB_COMPLETION_INDEX$|AWS_BATCH_)/;

/** Runs the built command line in a child process, outside of any job of the machine. */
export function runCli(
  args: readonly string[],
  {
    main = MAIN,
    cwd,
    env = {},
    stdin = '',
    onSpawn,
    onStderr,
    inGroup = false,
    nodeFlags = [],
    stdoutTo,
    stderrTo,
  }: CliOptions = {},
): Promise<CliResult> {
  const inherited = Object.entries(process.env).filter(([name]) => !ofSchedulers.test(name));
  const [out, err] = [stdoutTo, stderrTo].map((path) => (path === undefined ? 'pipe' : openSync(path, 'w')));
  const child = spawn(process.execPath, [...nodeFlags, main, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['pipe', out, err],
    detached: inGroup,
  });
  for (const file of [out, err]) if (typeof file === 'number') closeSync(file);
  onSpawn?.(child);
  // A test that times out would leave a child behind that hangs.
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
    onStderr?.(stderr, child);
  });
  // A child that never reads its stdin may end before all is written.
  child.stdin!.on('error', () => {});
  child.stdin!.end(stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      resolve({ exitCode, signal, stdout, stderr, lines: stderr.split('\n').slice(0, -1) });
    });
  });
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../programs/cli/${name}`, import.meta.url));
}

/** Every record of a folder by its file name. A torn or temporary file fails to parse. */
export function readRecords(folder: string): Record<string, { input: string; [member: string]: unknown }> {
  const names = readdirSync(folder).filter((name) => !isMapAccountName(name));
  const files = names.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    if (!/^[^\n]+\n$/.test(text)) throw new Error(`${name} is not one line`);
    return [name, JSON.parse(text.replace(/^\ufeff/, ''))];
  });
  return Object.fromEntries(files);
}
