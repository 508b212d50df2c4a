import { Command, InvalidArgumentError, Option } from 'commander';
import { checkPipeline, pipelineName } from '../corpus/pipeline.js';
import { RecordFolder, RecordWriteError } from '../corpus/record-folder.js';
import { namedInputs, type Placing, placeRecords } from '../corpus/record-paths.js';
import { inputsOfShard } from '../corpus/shard.js';
import { StopSignals } from '../corpus/stop-signals.js';
import { WorkerPool } from '../corpus/worker-pool.js';
import { EXIT_DONE, EXIT_FAILED, exitCodeOfSignal } from '../os/exit-status.js';
import { say } from '../terminal/say.js';
import { counted } from '../text/format.js';
import { readInputs } from './input-flags.js';
import { prepareProfiling } from './map-profiling.js';
import { runMap } from './map-run.js';
import { numberWithin, wholeNumberFrom } from './number-flags.js';
import { needsProfile, type ProfilerFlags, profilerFlags, profilerOptions } from './profiler-flags.js';
import { type ChosenShard, chooseShard, type ShardFlags } from './shard-flags.js';

interface MapFlags extends ProfilerFlags, ShardFlags {
  readonly inputList?: string;
  readonly outdir: string;
  readonly jobs: number;
  readonly isolate?: true;
  readonly resume?: true;
  readonly timeout?: number;
  readonly modules: boolean;
}

/** How long a running input may go on when it is told to stop. Slurm kills 30 s after its SIGTERM by default. */
const GRACE_MS = 2000;
/** Timers of Node take no longer time. */
const LONGEST_TIMEOUT_S = 2_000_000;

const HELP = `
The module's default function is run for each input, begun in order, in worker processes:
  export default async (input, { profiler, signal }) => record
It returns a plain object without members "profile" and "error" of its own, and writes to
  <outdir>/<name>.<pipeline>.jsonl
one line: { input, ...record, profile }. "name" is the input's base name; inputs that share one
get a hash behind it. The record of an input that failed is { input, error, profile }.

A crash, a kill for memory, an exit or a timeout costs the input in hand: its record says how it
ended, in which stages and with which memory, and the next input has a new process.
What the pipeline prints goes to stderr.

Of N tasks, task I takes the inputs whose position in the list, from 0, is I modulo N.
Within a Slurm array these come from SLURM_ARRAY_TASK_*; --task-index 0 --task-count 1 takes all.
SIGTERM, SIGINT and SIGHUP abort "signal", give the running inputs 2 s and leave the others.
SIGUSR2 writes what is known of the running inputs, shows the table so far, and goes on.

Exit codes: 0 done, 1 some inputs failed, 2 usage, 128+n after signal n.`;

export function mapCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('map')
    .description('run a pipeline over a corpus and write one record an input')
    .argument('<pipeline>', 'the pipeline module')
    .argument('[inputs...]', 'inputs, mostly paths; passed to the pipeline as they are')
    .option('--input-list <file>', 'more inputs, one a line; - is stdin')
    .option('--outdir <dir>', 'folder of the records', parseOutdir, 'results')
    .addOption(
      new Option('--jobs <N>', 'worker processes, each running one input at a time')
        .default(1)
        .argParser(wholeNumberFrom(1)),
    )
    .option('--isolate', 'a process of its own for each input, so that its resident memory is its own')
    .option('--resume', 'skip the inputs that have a good record, do the others')
    .addOption(
      new Option('--timeout <S>', 'most seconds an input may take (default: any)').argParser(
        numberWithin(0.001, LONGEST_TIMEOUT_S, 'of seconds'),
      ),
    )
    .addOption(new Option('--task-index <I>', 'which part of the inputs, from 0').argParser(wholeNumberFrom(0)))
    .addOption(new Option('--task-count <N>', 'how many parts there are').argParser(wholeNumberFrom(1)));
  for (const option of profilerFlags()) command.addOption(option);
  return command
    .option('--no-modules', 'do not charge native allocations to modules')
    .addHelpText('after', HELP)
    .action(async (pipeline: string, inputs: string[], flags: MapFlags) => finish(await map(pipeline, inputs, flags)));
}

/** Slurm may send it before the pipeline is loaded, and it ends a process that does not expect it. */
const nothingToFlush = (): void => {};

/** Everything that can be wrong with the command line is found before the first input is run. */
async function map(pipelinePath: string, given: readonly string[], flags: MapFlags): Promise<number> {
  process.on('SIGUSR2', nothingToFlush);
  const profiler = profilerOptions(flags) ?? null;
  if (profiler === null && !flags.modules) throw needsProfile('--no-modules');
  const chosen = chooseShard(flags, process.env);
  const corpus = await readInputs(given, flags.inputList);
  checkPipeline(pipelinePath);
  const name = pipelineName(pipelinePath);
  const folder = await RecordFolder.open(flags.outdir);
  await folder.sweep();

  // Named before they are shared out: names depend on the whole list, so that all tasks agree on them.
  const named = namedInputs(corpus.inputs, name);
  const mine = inputsOfShard(named, chosen.shard);
  if (corpus.repeated > 0) say(`${counted(corpus.repeated, 'repeated input')} of the list will be run once`);
  sayShard(chosen, mine.length, corpus.inputs.length);
  if (mine.length === 0) return EXIT_DONE;
  const listed = new Set(named.map(({ recordName }) => recordName));
  const placing = await placeRecords(folder, name, mine, { resume: flags.resume === true, listed }).catch(notRepaired);
  if (placing === null) return EXIT_FAILED;
  if (flags.resume === true) sayResumed(placing);
  if (placing.inputs.length === 0) return EXIT_DONE;

  // Until the run listens itself, a signal ends it with the exit code that it has then.
  const early = new StopSignals((signal) => process.exit(exitCodeOfSignal(signal)));
  const { env, recorderFolder } = prepareProfiling(profiler, flags);
  try {
    const pool = await WorkerPool.open({
      pipelinePath,
      folder,
      profiler,
      recorderFolder,
      env,
      jobs: flags.jobs,
      isolate: flags.isolate === true,
      limits: { timeoutMs: flags.timeout === undefined ? null : flags.timeout * 1000, graceMs: GRACE_MS },
    });
    early.close();
    return await runMap(placing.inputs, { pipelineName: name, folder, pool, hasAccount: profiler !== null });
  } finally {
    early.close();
  }
}

/** The record is as it was: what is good in it is still there. */
function notRepaired(error: unknown): null {
  if (!(error instanceof RecordWriteError)) throw error;
  say(error.message);
  return null;
}

/** Empty it would be the working directory, mostly by a variable of a script that was not set. */
function parseOutdir(path: string): string {
  if (path === '') throw new InvalidArgumentError('It has to name a folder.');
  return path;
}

function sayResumed({ inputs, resumed, repaired }: Placing): void {
  const mended = repaired === 0 ? '' : `, ${counted(repaired, 'of them', 'of them')} repaired`;
  const rest = inputs.length === 0 ? 'nothing to do' : `${counted(inputs.length, 'input')} to do`;
  say(`${counted(resumed, 'good record')} there${mended}, ${rest}`);
}

function sayShard({ shard: { index, count }, fromEnvironment }: ChosenShard, mine: number, all: number): void {
  if (count === 1 && !fromEnvironment) return;
  const share = mine === 0 ? `none of ${counted(all, 'input')}, nothing to do` : `${mine} of ${counted(all, 'input')}`;
  const source = fromEnvironment ? ' from SLURM_ARRAY_TASK_*' : '';
  const remedy = fromEnvironment ? ' (--task-index 0 --task-count 1 takes all)' : '';
  say(`task index ${index} of ${count}${source}: ${share}${remedy}`);
}
