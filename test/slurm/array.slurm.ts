import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordNames } from '../../src/corpus/record-names.js';
import type { Report } from '../../src/model/report.js';
import { nodeHeaders } from '../support/native-stages.js';
import { makeCorpus } from './corpus.js';
import { SlurmLab } from './lab.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const PROGRAMS = join(ROOT, 'test', 'programs', 'slurm');

const TASKS = 10;
const INPUTS = 200;
/** Indexes of the tasks that fail, and the position of the input that fails within the inputs of its task. */
const CANCELLED = 3;
const OUT_OF_TIME = 6;
const CRASHED = 8;
const MIDDLE = 10;

interface Record {
  readonly input: string;
  readonly error?: { readonly kind: string; readonly signal?: string; readonly message: string };
  readonly profile?: Report;
  readonly [member: string]: unknown;
}

interface ReconciledJson {
  readonly task: string;
  readonly state: string;
  readonly records: number;
  readonly cpu_s: { readonly percent: number };
}

const lab = await SlurmLab.up({ cpus: TASKS });
if (typeof lab === 'string') console.warn(`skipped: Slurm cannot be brought up: ${lab}`);

describe.skipIf(typeof lab === 'string')(`an array of ${TASKS} tasks over ${INPUTS} inputs`, () => {
  const slurm = lab as SlurmLab;
  let work: string;
  let inputs: string[];
  let names: string[];
  let env: NodeJS.ProcessEnv;
  let whole: Promise<number | null>;
  const jobs: string[] = [];

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'stageprof-array-'));
    for (const name of ['bin', 'logs', 'marks', 'scratch']) mkdirSync(join(work, name));
    // `stageprof` as an installation has it: a link to the main file, on the PATH.
    symlinkSync(MAIN, join(work, 'bin', 'stageprof'));
    const path = [join(work, 'bin'), dirname(process.execPath), process.env.PATH ?? '/usr/bin:/bin'].join(delimiter);
    env = { PATH: path, TMPDIR: join(work, 'scratch') };
    writeFileSync(
      join(work, 'flows.mjs'),
      `export { default } from ${JSON.stringify(join(PROGRAMS, 'troubled.mjs'))};\n`,
    );
    inputs = makeCorpus(join(ROOT, 'node_modules'), join(work, 'archives'), INPUTS);
    names = recordNames(inputs, 'flows');
    writeFileSync(join(work, 'inputs.txt'), `${inputs.join('\n')}\n`);
    const addon = [
      '-shared',
      '-fPIC',
      `-I${nodeHeaders()}`,
      '-o',
      join(work, 'trouble.node'),
      join(PROGRAMS, 'trouble.cc'),
    ];
    execFileSync('c++', addon);
  });

  afterAll(() => {
    slurm.down();
    if (work !== undefined) rmSync(work, { recursive: true, force: true });
  });

  test('goes on after a segfault, a cancelled task and one that runs out of time', async () => {
    const [segfault, cancelled, outOfTime] = [CRASHED, CANCELLED, OUT_OF_TIME].map((task) => inputOf(task, MIDDLE));
    const marks = join(work, 'marks');
    const trouble = { addon: join(work, 'trouble.node'), marks, segfault, hang: [cancelled, outOfTime] };
    const submittedMs = Date.now();
    const job = submit('exec', ['--time=4', '--signal=B:USR2@25'], { TROUBLE: JSON.stringify(trouble) });
    // The unsharded run, which must have the same records, uses the time until the limit.
    whole = unsharded();
    await appears(join(marks, basename(cancelled!)));
    slurm.run('scancel', [`${job}_${CANCELLED}`]);
    await appears(join(marks, basename(outOfTime!)));
    // Limits are whole minutes, and SIGUSR2 must come before the limit.
    const limitMinutes = Math.ceil((Date.now() - submittedMs + 30_000) / 60_000);
    slurm.run('scontrol', ['update', `JobId=${job}_${OUT_OF_TIME}`, `TimeLimit=${limitMinutes}`]);
    slurm.await(job, 200);

    const states = statesOf(job);
    expect(states[CANCELLED]).toMatch(/^CANCELLED/);
    expect(states[OUT_OF_TIME]).toBe('TIMEOUT');
    expect(states[CRASHED]).toBe('FAILED');
    const others = states.filter((_, task) => ![CANCELLED, OUT_OF_TIME, CRASHED].includes(task));
    expect(others).toEqual(others.map(() => 'COMPLETED'));
  });

  test('loses the input that ran and no other record', () => {
    const failed = new Map<string, Record['error']>();
    const missing = new Set<string>();
    for (const [index, input] of inputs.entries()) {
      const record = recordOf('results', index);
      if (record === undefined) missing.add(input);
      else if (record.error !== undefined) failed.set(input, record.error);
    }
    const inHand = [CRASHED, CANCELLED, OUT_OF_TIME].map((task) => inputOf(task, MIDDLE));
    expect([...failed.keys()].sort()).toEqual([...inHand].sort());
    expect(failed.get(inHand[0]!)).toMatchObject({ kind: 'signal', signal: 'SIGSEGV' });
    expect(failed.get(inHand[1]!)).toMatchObject({ kind: 'unfinished' });
    expect(failed.get(inHand[2]!)).toMatchObject({ kind: 'unfinished' });
    const notReached = [CANCELLED, OUT_OF_TIME].flatMap((task) =>
      inputs.filter((_, i) => i % TASKS === task).slice(MIDDLE + 1),
    );
    expect([...missing].sort()).toEqual(notReached.sort());
  });

  test('shows the table so far when the limit comes near', () => {
    const log = readFileSync(join(work, 'logs', `${jobs[0]}_${OUT_OF_TIME}.log`), 'utf8');
    const said = log.indexOf(
      `SIGUSR2: ${INPUTS / TASKS} inputs: ${MIDDLE} done, 0 failed, ${INPUTS / TASKS - MIDDLE} left`,
    );
    expect(said, log).toBeGreaterThan(0);
    expect(log.indexOf('\nclassify ', said)).toBeGreaterThan(said);
    expect(log.indexOf('DUE TO TIME LIMIT')).toBeGreaterThan(log.indexOf('\nclassify ', said));
  });

  test('agrees with sacct', () => {
    expect(reconcile(jobs[0]!)).toEqual(Array.from({ length: TASKS }, (_, task) => task));
  });

  test('agrees with a saved output of sacct', () => {
    const { save, compare } = savedCommands(jobs[0]!);
    slurm.run('bash', ['-c', save], { cwd: work, env });
    const { tasks } = JSON.parse(slurm.run('bash', ['-c', `${compare} --format json`], { cwd: work, env }));
    expect(tasks).toHaveLength(TASKS);
  });

  test('is completed by a second array, under srun', () => {
    const job = submit('srun', ['--time=5'], {});
    slurm.await(job, 120);
    expect(statesOf(job)).toEqual(Array.from({ length: TASKS }, () => 'COMPLETED'));
    const records = inputs.map((_, index) => recordOf('results', index));
    expect(records.filter((record) => record === undefined || record.error !== undefined)).toEqual([]);
    const files = readdirSync(join(work, 'results')).filter((name) => name.endsWith('.jsonl'));
    expect(files.sort()).toEqual([...names].sort());
  });

  test('still agrees with sacct', () => {
    // The other tasks had nothing left to do.
    expect(reconcile(jobs[1]!)).toEqual([CANCELLED, OUT_OF_TIME, CRASHED]);
  });

  test('has the records and the summary of an unsharded run', async () => {
    expect(await whole).toBe(0);
    for (const index of inputs.keys()) {
      const { profile: ofTask, ...record } = recordOf('results', index)!;
      const { profile: ofWhole, ...unshardedRecord } = recordOf('whole', index)!;
      expect(record).toEqual(unshardedRecord);
      expect(callsOf(ofTask!)).toEqual(callsOf(ofWhole!));
    }
    const [summary, ofWhole] = ['results', 'whole'].map((folder) =>
      JSON.parse(stageprof(['summarize', '--format', 'json', folder])),
    );
    expect(summary.records).toBe(INPUTS);
    expect(ofWhole.records).toBe(INPUTS);
    expect(callsOf(summary)).toEqual(callsOf(ofWhole));
    console.log(stageprof(['summarize', 'results']));
  });

  /** Submits the batch script of the documentation that starts stageprof with `exec` or `srun`. */
  function submit(kind: 'exec' | 'srun', flags: readonly string[], variables: NodeJS.ProcessEnv): string {
    writeFileSync(join(work, `${kind}.sh`), batchScript(kind));
    const args = ['--parsable', `--array=0-${TASKS - 1}`, '--cpus-per-task=1', '--mem=1G', ...flags, `${kind}.sh`];
    const job = slurm.run('sbatch', args, { cwd: work, env: { ...env, ...variables } }).trim();
    jobs.push(job);
    return job;
  }

  function unsharded(): Promise<number | null> {
    const args = [MAIN, 'map', 'flows.mjs', '--profile', '--input-list', 'inputs.txt', '--outdir', 'whole'];
    const child = spawn(process.execPath, args, { cwd: work, env: { ...slurm.env, ...env }, stdio: 'ignore' });
    return new Promise((resolve) => child.on('close', resolve));
  }

  function stageprof(args: readonly string[]): string {
    return slurm.run(process.execPath, [MAIN, ...args], { cwd: work, env });
  }

  /**
   * Prints the table, and checks that CPU differs by at most 5 %.
   *
   * @returns the tasks that worked
   * @throws {Error} if a difference has no reason
   */
  function reconcile(job: string): number[] {
    console.log(stageprof(['reconcile', 'results', '--sacct', job]));
    const { tasks } = JSON.parse(stageprof(['reconcile', 'results', '--sacct', job, '--format', 'json']));
    expect(tasks).toHaveLength(TASKS);
    return (tasks as ReconciledJson[]).flatMap(({ task, state, records, cpu_s }) => {
      // It had nothing to do.
      if (records === 0) return [];
      expect(Math.abs(cpu_s.percent), `CPU of ${task}, ${state}`).toBeLessThanOrEqual(5);
      return [Number(task.split('_')[1])];
    });
  }

  /** The states of the tasks, in their order. */
  function statesOf(job: string): string[] {
    const rows = slurm.run('sacct', ['-j', job, '-X', '-n', '-P', '--format=JobID,State']).trim().split('\n');
    const byTask = new Map(rows.map((row) => row.split('|') as [string, string]));
    return Array.from({ length: TASKS }, (_, task) => byTask.get(`${job}_${task}`) ?? 'missing');
  }

  function inputOf(task: number, position: number): string {
    return inputs[position * TASKS + task]!;
  }

  function recordOf(folder: string, index: number): Record | undefined {
    const path = join(work, folder, names[index]!);
    if (!existsSync(path)) return undefined;
    const text = readFileSync(path, 'utf8');
    // A record that is torn or has two lines fails here.
    expect(text).toMatch(/^[^\n]+\n$/);
    const record = JSON.parse(text);
    expect(record.input).toBe(inputs[index]);
    return record;
  }
});

function callsOf({ stages }: Report): (readonly [string, number, number])[] {
  return stages.map(({ stage, calls, errors }) => [stage, calls, errors] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The script of docs/slurm.md that starts stageprof with this word. */
function batchScript(word: string): string {
  const page = readFileSync(join(ROOT, 'docs', 'slurm.md'), 'utf8');
  const scripts = [...page.matchAll(/^```bash\n(#!\/bin\/bash\n[\s\S]*?)^```$/gm)].map(([, script]) => script!);
  const found = scripts.filter((script) => new RegExp(`^${word} `, 'm').test(script));
  if (found.length !== 1)
    throw new Error(`Expected one script with a line "${word} …" in docs/slurm.md, there are ${found.length}`);
  return found[0]!;
}

/** The two commands of docs/slurm.md for a machine without sacct. */
function savedCommands(job: string): { readonly save: string; readonly compare: string } {
  const page = readFileSync(join(ROOT, 'docs', 'slurm.md'), 'utf8');
  const [, save, compare] = /^```sh\n(SLURM_TIME_FORMAT=.*)\n(stageprof reconcile .*)\n```$/m.exec(page) ?? [];
  if (save === undefined || compare === undefined) throw new Error('Expected docs/slurm.md to save and to compare');
  return { save: save.replace('1234', job), compare };
}

async function appears(path: string): Promise<void> {
  for (const until = Date.now() + 90_000; !existsSync(path); await sleep(100)) {
    if (Date.now() > until) throw new Error(`${path} does not appear`);
  }
}
