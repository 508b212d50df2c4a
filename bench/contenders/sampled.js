// Programs whose stages are profiled, with and without sampled stacks. The profile is kept in a file, as under `stageprof run`.
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'acorn';
import { full } from 'acorn-walk';
import { StageProfiler } from '../../dist/index.js';
import { packageDirectories } from '../../examples/flows/corpus.js';
import flows from '../../examples/flows/flows.js';

const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** One of so many of the installed packages is an input. */
const OF_PACKAGES = 3;
const PARSED_TIMES = 240;

/** @param {{ program: keyof typeof PROGRAMS, stacks: boolean }} options */
export function open({ program, stacks }) {
  const stacksFile = join(tmpdir(), `stageprof-bench-${process.pid}.stacks`);
  const work = PROGRAMS[program]();
  return {
    start() {
      const profiler = new StageProfiler(stacks ? { stacks: ['cpu'] } : {}, { stacksFile });
      return () => work(profiler);
    },
    /** The stacks are taken when the process ends. No listener of a program is there. */
    end() {
      process.emit('exit', 0);
      // Node's own listener takes this for a program that still waits.
      process.exitCode = undefined;
      rmSync(stacksFile, { force: true });
    },
  };
}

const PROGRAMS = {
  flows() {
    const inputs = packageDirectories(PACKAGES).filter((_, index) => index % OF_PACKAGES === 0);
    return async (profiler) => {
      for (const input of inputs) await flows(input, { profiler });
    };
  },

  parser() {
    const source = readFileSync(createRequire(import.meta.url).resolve('acorn'), 'utf8');
    return async (profiler) => {
      let nodes = 0;
      for (let time = 0; time < PARSED_TIMES; time++) {
        const tree = profiler.stage('parse', () => parse(source, { ecmaVersion: 'latest' }));
        profiler.stage('walk', () => full(tree, () => nodes++));
        await null;
      }
      return nodes;
    };
  },
};
