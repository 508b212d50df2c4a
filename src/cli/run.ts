import { Command, InvalidArgumentError, Option } from 'commander';
import type { StageProfilerOptions } from '../model/options.js';
import { UsageError } from '../model/usage-error.js';
import { PASSED_SIGNALS } from '../run/passed-signals.js';
import { runOnce } from '../run/run-once.js';
import { runRepeated } from '../run/run-repeated.js';
import { listed } from '../text/format.js';
import { wholeNumberFrom } from './number-flags.js';
import { type MeasuringFlags, measuringFlags, measuringOptions, trackingOf } from './profiler-flags.js';
import { addTableFlags, type PageFlag, pageFlag, type TableFlags } from './table-flags.js';

interface RunFlags extends MeasuringFlags, TableFlags, PageFlag {
  readonly out?: string;
  readonly modules: boolean;
  readonly threads?: true;
  readonly repeat?: number;
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
    .addOption(
      new Option(
        '--repeat <n>',
        'run the program n times, for "stageprof compare": --out has a line for each',
      ).argParser(wholeNumberFrom(1)),
    )
    .addOption(pageFlag())
    .option('--no-modules', 'do not charge native allocations to modules')
    .option('--threads', 'also report CPU by group of threads: JS, V8, the pool of libuv, those of addons');
  for (const option of measuringFlags()) command.addOption(option);
  return addTableFlags(command)
    .addHelpText('after', HELP)
    .action(async (program: string, args: string[], flags: RunFlags) => finish(await run(program, args, flags)));
}

function run(program: string, args: readonly string[], flags: RunFlags): Promise<number> {
  const plan = { program, args, profiler: profilerOf(flags), tracking: trackingOf(flags) };
  const { out, repeat, html } = flags;
  if (repeat === undefined) return runOnce(plan, { out, html, shown: flags });
  if (out === undefined) throw new UsageError('--repeat needs --out beside it, for a line of each run');
  return runRepeated(plan, repeat, { out, html, shown: flags });
}

function profilerOf({ threads, ...flags }: RunFlags): StageProfilerOptions {
  return { ...measuringOptions(flags), ...(threads === undefined ? {} : { threads }) };
}

function parseOut(path: string): string {
  if (path === '') throw new InvalidArgumentError('It has to name a file.');
  if (path === '-') throw new InvalidArgumentError('It has to name a file: stdout is the output of the program.');
  return path;
}
