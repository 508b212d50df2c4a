import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Where the package is installed, and how a command is run there. */
export interface Installation {
  /** The folder of the project as this process sees it. */
  readonly folder: string;
  /** As the command sees it. */
  readonly inside: string;
  /** The command in front of `stageprof`. */
  readonly node: readonly string[];
  /** Node as `stageprof run` starts it. */
  readonly program: string;
  readonly environment?: NodeJS.ProcessEnv;
}

const STAGEPROF = 'node_modules/stageprof/dist/cli/main.js';
const MIB = 1024 * 1024;

function run({ folder, inside, node, environment }: Installation, ...args: string[]) {
  const [command, ...rest] = node as [string, ...string[]];
  const { status, stdout, stderr } = spawnSync(command, [...rest, join(inside, STAGEPROF), ...args], {
    encoding: 'utf8',
    cwd: folder,
    timeout: 300_000,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined, ...environment },
  });
  return { status, stdout, stderr };
}

/**
 * `doctor`, `run` and `map` do what they do on the machine that the package is made on.
 *
 * @returns what `run --stacks native` has said
 */
export function expectPackageWorks(installed: Installation): { readonly stderr: string } {
  const { inside, folder, program } = installed;
  const doctor = run(installed, 'doctor', '--json');
  expect(doctor.stderr).toBe('');
  const { addon, tracker, sources } = JSON.parse(doctor.stdout);
  expect([addon.reason, tracker.reason]).toEqual([undefined, undefined]);
  expect([addon.available, tracker.available]).toEqual([true, true]);
  expect(addon.method).toContain('prebuilds');
  for (const name of ['js_peak', 'rss', 'usage', 'thread_cpu', 'gc']) expect(sources[name].available).toBe(true);

  const work = join(inside, 'work.mjs');
  const out = join(inside, 'report.json');
  const ran = run(installed, 'run', '--stacks', 'native', '--out', out, '--', program, work, 'run');
  expect(ran.stderr).toContain('allocate');
  expect(ran.status).toBe(7);
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  expect(report).toMatchObject({ native_memory_traced: true, stages: [{ stage: 'allocate', calls: 1 }] });
  const [row] = report.stages;
  expect(row.native_kb_alloc).toBeGreaterThanOrEqual(20 * 1024);
  expect(row.native_kb_alloc).toBeLessThan(24 * 1024);

  const mapped = run(installed, 'map', work, 'a', 'b', '--profile', '--outdir', join(inside, 'results'));
  expect({ status: mapped.status, stderr: mapped.stderr }).toMatchObject({ status: 0 });
  const records = ['a', 'b'].map((input) => {
    const line = readFileSync(join(folder, 'results', `${input}.work.jsonl`), 'utf8');
    const { profile, ...record } = JSON.parse(line);
    return { ...record, stages: profile.stages.map(({ stage, calls }: Row) => ({ stage, calls })) };
  });
  expect(records).toMatchObject([
    { input: 'a', kept: 20, stages: [{ stage: 'allocate', calls: 1 }] },
    { input: 'b', stages: [{ stage: 'allocate', calls: 1 }] },
  ]);
  return { stderr: ran.stderr };
}

interface Row {
  readonly stage: string;
  readonly calls: number;
}

/** After `expectPackageWorks`: the Buffers of the stage stand under the function that has made them. */
export function expectStacks(installed: Installation): void {
  const { inside } = installed;
  const { status, stdout, stderr } = run(installed, 'flame', '--type', 'live', join(inside, 'report.stacks.pb.gz'));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.split('\n').filter((line) => /^\[allocate\];.*;allocate /.test(line));
  // Up to where the program begins.
  expect(lines.filter((line) => line.includes('(caller not found)'))).toEqual([]);
  const bytes = lines.map((line) => Number(line.split(' ').at(-1))).reduce((sum, one) => sum + one, 0);
  expect(bytes / MIB).toBeGreaterThan(19);
  expect(bytes / MIB).toBeLessThan(22);
}

const BURNING = fileURLToPath(new URL('../programs/stacks/burning.js', import.meta.url));

/** The CPU that work of an addon has used on the pool is in the stages that have queued it. `addon` is that of burning.c. */
export function expectThreadStacks(installed: Installation, addon: string): void {
  const { inside, folder, program, environment } = installed;
  const source = readFileSync(BURNING, 'utf8');
  writeFileSync(join(folder, 'burning.mjs'), source.replace('../../../dist/index.js', 'stageprof'));
  const out = join(inside, 'burning.json');
  const command = ['run', '--stacks', 'cpu', '--out', out, '--', program, join(inside, 'burning.mjs'), 'pool'];
  const ran = run({ ...installed, environment: { ...environment, ADDON: addon } }, ...command);
  expect(ran.status, ran.stderr).toBe(0);
  const { stdout } = run(installed, 'flame', '--type', 'cpu', join(inside, 'burning.stacks.pb.gz'));
  for (const [stage, name] of [
    ['few', 'burns_lightly'],
    ['many', 'burns_heavily'],
  ]) {
    const lines = stdout.split('\n').filter((line) => line.includes(`;${name} `));
    const seconds = lines.map((line) => Number(line.split(' ').at(-1)) / 1e9).reduce((sum, one) => sum + one, 0);
    expect(lines.every((line) => line.startsWith(`[${stage}];`))).toBe(true);
    expect(seconds).toBeGreaterThan(0.1);
  }
}
