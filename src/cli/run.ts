import { Command, InvalidArgumentError } from 'commander';
import type { StageProfilerOptions } from '../model/options.js';
import { PASSED_SIGNALS } from '../run/passed-signals.js';
import { runProfiled } from '../run/profiled-run.js';
import { listed } from '../text/format.js';
import { type MeasuringFlags, measuringFlags, measuringOptions } from './profiler-flags.js';

interface RunFlags extends MeasuringFlags {
  readonly out?: string;
  readonly modules: boolean;
  readonly threads?: true;
}

const HELP = `
The program is not changed. Its stages are those that it opens through activeProfiler() of stageprof, in its own
process and in the node processes that it starts. It has the stdin, stdout and stderr of this command. When it has
ended, stderr gets the table, and wall time, CPU and peak memory by the accounts of the OS and of the profiler.

These signals are passed on: ${listed(PASSED_SIGNALS)}.
A signal that a key of the terminal (Ctrl-C) has sent to both is not passed on.

Exit codes: the program's own, 128+n when signal n ended it, 126 when it cannot be executed, 127 when it is not
found; 2 usage.`;

export function runCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('run')
    .description('run a node program with its stages profiled and its native allocations counted')
    .usage('[options] -- <program> [args...]')
    .argument('<program>', 'the program, mostly node')
    .argument('[args...]', 'its arguments, which are passed as they are')
    .passThroughOptions()
    .option('--out <file>', 'also write the report to a file, as one line of JSON', parseOut)
    .option('--no-modules', 'do not charge native allocations to modules')
    .option('--threads', 'also report CPU by group of threads: JS, V8, the pool of libuv, those of addons');
  for (const option of measuringFlags()) command.addOption(option);
  return command
    .addHelpText('after', HELP)
    .action(async (program: string, args: string[], flags: RunFlags) => finish(await run(program, args, flags)));
}

function run(program: string, args: readonly string[], flags: RunFlags): Promise<number> {
  return runProfiled({ program, args, profiler: profilerOf(flags), modules: flags.modules, out: flags.out });
}

function profilerOf({ threads, ...flags }: RunFlags): StageProfilerOptions {
  return { ...measuringOptions(flags), ...(threads === undefined ? {} : { threads }) };
}

function parseOut(path: string): string {
  if (path === '') throw new InvalidArgumentError('It has to name a file.');
  if (path === '-') throw new InvalidArgumentError('It has to name a file: stdout is the output of the program.');
  return path;
}
