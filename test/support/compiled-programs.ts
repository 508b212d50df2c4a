import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The library under test. `npm run test:asan` names another build of it. */
export const TRACKER = process.env.STAGEPROF_TEST_TRACKER ?? join(root, 'build', 'Release', 'libstageprof_tracker.so');

/** Allocators that may stand behind the tracker. The tests skip those that are not installed. */
export const ALLOCATORS = ['libjemalloc.so.2', 'libtcmalloc_minimal.so.4', 'libmimalloc.so.2'];

export function isInstalled(library: string): boolean {
  const { stderr } = spawnSync('/bin/true', { encoding: 'utf8', env: { LD_PRELOAD: library } });
  return !stderr.includes(library);
}

export interface Outcome {
  readonly stdout: string;
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Check {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
}

/** What programs are compiled for, and what runs them. */
export interface Machine {
  readonly cc: string;
  readonly cxx: string;
  /** A command in front of the program. */
  readonly run: readonly string[];
}

export const THIS_MACHINE: Machine = { cc: 'cc', cxx: 'c++', run: [] };

/** A temporary folder of programs that are compiled from the sources in a folder. */
export class Programs implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stageprof-programs-'));

  constructor(
    private readonly sources = join(root, 'test', 'programs', 'tracker'),
    readonly machine: Machine = THIS_MACHINE,
  ) {}

  /** Compiles one source file. `output` is the name of the result, by default that of the source without its ending. */
  compile(source: string, output = source.replace(/\.cc?$/, ''), ...flags: string[]): string {
    const path = join(this.folder, output);
    if (existsSync(path)) return path;
    const shared = output.endsWith('.so') ? ['-shared', '-fPIC'] : [];
    const language = source.endsWith('.cc') ? [this.machine.cxx, '-std=c++17'] : [this.machine.cc, '-std=gnu11'];
    const [compiler, standard] = language as [string, string];
    const include = `-I${join(root, 'native', 'tracker')}`;
    // Without -fno-builtin the compiler leaves out a malloc whose block is only freed.
    const args = [standard, '-O1', '-fno-builtin', '-Wno-deprecated-declarations', '-Wno-alloc-size-larger-than'];
    args.push(
      '-D_GNU_SOURCE',
      include,
      ...shared,
      '-o',
      path,
      join(this.sources, source),
      ...flags,
      '-ldl',
      '-lpthread',
    );
    const { status, stderr } = spawnSync(compiler, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${compiler} ${basename(source)}: ${stderr}`);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Where programs run, and the tracker that they run under. */
export interface Under {
  readonly tracker: string;
  /** A command in front of the program. */
  readonly run: readonly string[];
}

function spawn(command: readonly string[], preload: string, environment: NodeJS.ProcessEnv, run: readonly string[]) {
  // What stands in front is not for the processor that the libraries are for.
  const [program, ...args] = (run.length === 0 ? command : [...run, 'env', `LD_PRELOAD=${preload}`, ...command]) as [
    string,
    ...string[],
  ];
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  if (run.length === 0) env.LD_PRELOAD = preload;
  const { stdout, stderr, status, signal } = spawnSync(program, args, { encoding: 'utf8', env });
  return { outcome: { stdout, code: status, signal }, stderr };
}

function parseCheck(line: string): Check {
  const [, what, expected, found] = /^(.*) (-?\d+) (-?\d+)$/.exec(line) ?? [];
  if (what === undefined) throw new Error(`Expected a check on standard error, not "${line}"`);
  return { what, expected: Number(expected), found: Number(found) };
}

const HERE: Under = { tracker: TRACKER, run: [] };

/** Runs a program without the tracker and with it. Both runs preload the libraries `behind`, after the tracker. */
export function runBoth(command: readonly string[], behind: readonly string[] = [], environment = {}, under = HERE) {
  const plain = spawn(command, behind.join(':'), environment, under.run);
  const tracked = spawn(command, [under.tracker, ...behind].join(':'), environment, under.run);
  return { plain: plain.outcome, tracked: tracked.outcome, stderr: tracked.stderr, plainStderr: plain.stderr };
}

/** The checks that a program made under the tracker, and the outcomes of both runs. */
export function checksOf(command: readonly string[], behind: readonly string[] = [], environment = {}, under = HERE) {
  const { plain, tracked, stderr, plainStderr } = runBoth(command, behind, environment, under);
  const checks = stderr.split('\n').filter(Boolean).map(parseCheck);
  return { plain, tracked, checks, plainStderr, wrong: checks.filter(({ expected, found }) => expected !== found) };
}
