// The pipeline of `npm run demo` over its corpus, as a program of its own: CPU of all its processes and threads.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** GNU time reports the child's own numbers, those of its ended children among them. */
const TIME = '/usr/bin/time';

const stageprof = path('../../dist/cli/main.js');

/**
 * @param {{ isProfiled: boolean }} options
 * @returns {{ run(operations: number): { cpuNs: number, toldNs: number } }} of so many inputs; what is told is 0 without a profiler
 */
export function open({ isProfiled }) {
  if (!existsSync(TIME)) throw new Error(`${TIME} is missing: install GNU time (Debian: apt-get install time)`);
  return {
    run(operations) {
      const folder = mkdtempSync(join(tmpdir(), 'stageprof-bench-'));
      const args = ['map', path('../../examples/flows/flows.js'), '--input-list', '-', '--outdir', folder];
      const cpuNs = cpuOf([...args, ...(isProfiled ? ['--profile'] : [])], inputs(operations));
      const toldNs = isProfiled ? toldIn(folder) : 0;
      rmSync(folder, { recursive: true });
      return { cpuNs, toldNs };
    },
  };
}

function inputs(count) {
  const { stdout } = spawnSync(process.execPath, [path('../../examples/flows/corpus.js'), path('../../node_modules')], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const all = stdout.trim().split('\n');
  if (all.length < count) throw new Error(`the corpus has ${all.length} inputs: ${count} are asked for`);
  return all.slice(0, count).join('\n');
}

function cpuOf(args, input) {
  const { status, stderr } = spawnSync(TIME, ['--quiet', '-f', '%U %S', process.execPath, stageprof, ...args], {
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'ignore', 'pipe'],
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`map ended with ${status}\n${stderr}`);
  const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return (user + system) * 1e9;
}

function toldIn(folder) {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder, name));
  const { stdout } = spawnSync(process.execPath, [stageprof, 'summarize', '--format', 'json', ...files], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout).overhead_s * 1e9;
}

function path(relative) {
  return fileURLToPath(new URL(relative, import.meta.url));
}
