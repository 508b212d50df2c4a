import { Command, InvalidArgumentError, Option } from 'commander';
import { mapCorpus } from '../corpus/map-corpus.js';
import { readInputs } from '../corpus/read-inputs.js';
import { SCHEDULERS } from '../os/schedulers.js';
import { numberWithin, wholeNumberFrom } from './number-flags.js';
import { needsProfile, type ProfilerFlags, profilerFlags, profilerOptions, trackingOf } from './profiler-flags.js';
import { chooseShard, type ShardFlags, shardFlags } from './shard-flags.js';
import { addTableFlags, type PageFlag, pageFlag, type TableFlags } from './table-flags.js';

interface MapFlags extends ProfilerFlags, ShardFlags, TableFlags, PageFlag {
  readonly inputList?: string;
  readonly import?: readonly string[];
  readonly outdir: string;
  readonly jobs: number;
  readonly isolate?: true;
  readonly resume?: true;
  readonly timeout?: number;
  readonly modules: boolean;
}

/** A timer of Node cannot be longer. */
const LONGEST_TIMEOUT_S = 2_000_000;

const HELP = `
The default function of the module is called for each input, in order, in worker processes:
  export default async (input, { profiler, signal }) => record
It returns a plain object without members "profile" and "error" of its own. The file
  <outdir>/<name>.<pipeline>.jsonl
gets one line: { input, ...record, profile }. "name" is the base name of the input, followed by
a hash where several inputs share it. The record of a failed input is { input, error, profile }.

The module may be TypeScript where Node strips types (22.18, 24 and later). Elsewhere, and for what
cannot be stripped, install tsx and add --import tsx.

A crash, a kill for memory, an exit or a timeout fails the running input: its record says how the
process ended, in which stages and with how much memory. The next input has a new process.
What the pipeline prints goes to stderr.

Task I of N takes the inputs whose position in the list, from 0, is I modulo N. In an array of
  ${SCHEDULERS.map(({ name }) => name).join(', ')}
I comes from the scheduler, and N too where it tells N; --task-index 0 --task-count 1 takes all inputs.
SIGTERM, SIGINT and SIGHUP abort "signal", give the running inputs 2 s and leave the others.
SIGUSR2 writes what is known about the running inputs, shows the table so far, and goes on.

Exit codes: 0 done; 1 some inputs failed or were left, or an error came up between two of them; 2 usage;
128+n after signal n.`;

export function mapCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('map')
    .description('run a pipeline over a corpus and write one record an input')
    .argument('<pipeline>', 'the pipeline module')
    .argument('[inputs...]', 'inputs, mostly paths, which are passed to the pipeline as they are')
    .option('--input-list <file>', 'more inputs, one a line; - is stdin')
    .addOption(
      new Option('--import <module>', 'load a module first in each worker, as node does; may be repeated').argParser(
        addImport,
      ),
    )
    .option('--outdir <dir>', 'folder of the records', parseOutdir, 'results')
    .addOption(
      new Option('--jobs <N>', 'worker processes, each running one input at a time')
        .default(1)
        .argParser(wholeNumberFrom(1)),
    )
    .option('--isolate', 'a process of its own for each input, so that its resident memory is its own')
    .option('--resume', 'skip the inputs that have a good record, and do the others')
    .addOption(
      new Option('--timeout <S>', 'most seconds an input may take (default: any)').argParser(
        numberWithin(0.001, LONGEST_TIMEOUT_S, 'of seconds'),
      ),
    );
  for (const option of [...shardFlags(), ...profilerFlags()]) command.addOption(option);
  command.option('--no-modules', 'do not charge native allocations to modules').addOption(pageFlag());
  return addTableFlags(command)
    .addHelpText('after', HELP)
    .action(async (pipeline: string, inputs: string[], flags: MapFlags) => finish(await map(pipeline, inputs, flags)));
}

/** Slurm may send SIGUSR2 before the pipeline is loaded, and it ends a process that does not listen to it. */
const nothingToFlush = (): void => {};

async function map(pipelinePath: string, given: readonly string[], flags: MapFlags): Promise<number> {
  process.on('SIGUSR2', nothingToFlush);
  const profiler = profilerOptions(flags) ?? null;
  if (profiler === null && !flags.modules) throw needsProfile('--no-modules');
  if (profiler === null && flags.html !== undefined) throw needsProfile('--html');
  const shard = chooseShard(flags, process.env);
  return mapCorpus(await readInputs(given, flags.inputList), {
    pipelinePath,
    imports: flags.import ?? [],
    outdir: flags.outdir,
    shard,
    resume: flags.resume === true,
    jobs: flags.jobs,
    isolate: flags.isolate === true,
    timeoutMs: flags.timeout === undefined ? null : flags.timeout * 1000,
    profiler,
    tracking: trackingOf(flags),
    html: flags.html,
    shown: flags,
  });
}

function addImport(module: string, earlier: readonly string[] = []): readonly string[] {
  if (module === '') throw new InvalidArgumentError('It has to name a module.');
  return [...earlier, module];
}

/** An empty path would be the working directory. Mostly it comes from a variable of a script that was not set. */
function parseOutdir(path: string): string {
  if (path === '') throw new InvalidArgumentError('It has to name a folder.');
  return path;
}
