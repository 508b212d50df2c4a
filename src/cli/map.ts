import { Command, InvalidArgumentError, Option } from 'commander';
import { loadPipeline, type Pipeline } from '../corpus/pipeline.js';
import { RecordFolder } from '../corpus/record-folder.js';
import { recordNames } from '../corpus/record-names.js';
import { inputsOfShard } from '../corpus/shard.js';
import { EXIT_DONE, EXIT_USAGE } from './exit-codes.js';
import { readInputs } from './input-flags.js';
import { runMap } from './map-run.js';
import { type ProfilerFlags, profilerFlags, profilerOptions } from './profiler-flags.js';
import { counted, say } from './say.js';
import { type ChosenShard, chooseShard, type ShardFlags, wholeNumberFrom } from './shard-flags.js';

interface MapFlags extends ProfilerFlags, ShardFlags {
  readonly inputList?: string;
  readonly outdir: string;
}

const HELP = `
The module's default function is run for each input in order, in this process:
  export default async (input, { profiler, signal }) => record
It returns a plain object without members "profile" and "error" of its own, and writes to
  <outdir>/<name>.<pipeline>.jsonl
one line: { input, ...record, profile }. "name" is the input's base name; inputs that share one
get a hash behind it. The record of an input that failed is { input, error, profile }.

Of N tasks, task I takes the inputs whose position in the list, from 0, is I modulo N.
Within a Slurm array these come from SLURM_ARRAY_TASK_*; --task-index 0 --task-count 1 takes all.
SIGTERM, SIGINT and SIGHUP abort "signal", give the running input 2 s and leave the others.

Exit codes: 0 done, 1 some inputs failed, 2 usage, 128+n after signal n.`;

export function mapCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('map')
    .description('run a pipeline over a corpus and write one record an input')
    .argument('<pipeline>', 'the pipeline module')
    .argument('[inputs...]', 'inputs, mostly paths; passed to the pipeline as they are')
    .option('--input-list <file>', 'more inputs, one a line; - is stdin')
    .option('--outdir <dir>', 'folder of the records', parseOutdir, 'results')
    .addOption(new Option('--task-index <I>', 'which part of the inputs, from 0').argParser(wholeNumberFrom(0)))
    .addOption(new Option('--task-count <N>', 'how many parts there are').argParser(wholeNumberFrom(1)));
  for (const option of profilerFlags()) command.addOption(option);
  return command
    .addHelpText('after', HELP)
    .action(async (pipeline: string, inputs: string[], flags: MapFlags) => finish(await map(pipeline, inputs, flags)));
}

/** Everything that can be wrong with the command line is found before the first input is run. */
async function map(pipelinePath: string, given: readonly string[], flags: MapFlags): Promise<number> {
  const profiler = profilerOptions(flags);
  const chosen = chooseShard(flags, process.env);
  const corpus = await readInputs(given, flags.inputList);
  const pipeline = await loadNamingExit(pipelinePath);
  const folder = await RecordFolder.open(flags.outdir);

  // Named before they are shared out: names depend on the whole list, so that all tasks agree on them.
  const names = recordNames(corpus.inputs, pipeline.name);
  const named = corpus.inputs.map((input, i) => ({ input, recordName: names[i]! }));
  const inputs = inputsOfShard(named, chosen.shard);

  if (corpus.repeated > 0) say(`${counted(corpus.repeated, 'repeated input')} of the list will be run once`);
  sayShard(chosen, inputs.length, corpus.inputs.length);
  if (inputs.length === 0) return EXIT_DONE;
  return runMap(inputs, { pipeline, folder, profiler });
}

/** A module that calls `process.exit()` as it loads would otherwise end the command without a word. */
async function loadNamingExit(path: string): Promise<Pipeline> {
  const onExit = () => {
    say(`${path}: the pipeline module does not load, it ended the whole process`);
    process.exitCode = EXIT_USAGE;
  };
  process.once('exit', onExit);
  try {
    return await loadPipeline(path);
  } finally {
    process.off('exit', onExit);
  }
}

/** Empty it would be the working directory, mostly by a variable of a script that was not set. */
function parseOutdir(path: string): string {
  if (path === '') throw new InvalidArgumentError('It has to name a folder.');
  return path;
}

function sayShard({ shard: { index, count }, fromEnvironment }: ChosenShard, mine: number, all: number): void {
  if (count === 1 && !fromEnvironment) return;
  const share = mine === 0 ? `none of ${counted(all, 'input')}, nothing to do` : `${mine} of ${counted(all, 'input')}`;
  const source = fromEnvironment ? ' from SLURM_ARRAY_TASK_*' : '';
  const remedy = fromEnvironment ? ' (--task-index 0 --task-count 1 takes all)' : '';
  say(`task index ${index} of ${count}${source}: ${share}${remedy}`);
}
