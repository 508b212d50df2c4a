import type { StageProfilerOptions } from '../model/options.js';
import { EXIT_DONE, EXIT_FAILED, exitCodeOfSignal } from '../os/exit-status.js';
import { PageFile } from '../page/write-page.js';
import type { Tracking } from '../preload/child-environment.js';
import { say } from '../terminal/say.js';
import type { Shown } from '../terminal/terminal.js';
import { counted } from '../text/format.js';
import { checkImports } from './imports.js';
import type { DistinctInputs } from './inputs.js';
import { MapAccountMeter, writeMapAccount } from './map-account-meter.js';
import { prepareProfiling } from './map-profiling.js';
import { runMap } from './map-run.js';
import { checkPipeline, pipelineName } from './pipeline.js';
import { RecordFolder, RecordWriteError } from './record-folder.js';
import { type NamedInput, namedInputs, planRecords, type RecordPlan } from './record-paths.js';
import { type ChosenShard, inputsOfShard, shardName } from './shard.js';
import { ShardStacks } from './shard-stacks.js';
import { StopSignals } from './stop-signals.js';
import { WorkerPool } from './worker-pool.js';

export interface MapOrder {
  /** The pipeline module, as it was given. */
  readonly pipelinePath: string;
  /** Modules that each worker loads before all others, such as a loader of TypeScript. */
  readonly imports: readonly string[];
  readonly outdir: string;
  readonly shard: ChosenShard;
  readonly resume: boolean;
  readonly jobs: number;
  /** A process of its own for each input. */
  readonly isolate: boolean;
  /** Most time an input may take; null for any. */
  readonly timeoutMs: number | null;
  /** Null where nothing is profiled. */
  readonly profiler: StageProfilerOptions | null;
  readonly tracking: Tracking;
  /** File of the page; undefined for none. */
  readonly html: string | undefined;
  /** How the table is shown. */
  readonly shown: Shown;
}

/** With what is written at the end; null for what is not. */
type OpenedOrder = MapOrder & { readonly stacks: ShardStacks | null; readonly page: PageFile | null };

/** How long a running input may go on when it is told to stop. Slurm kills 30 s after its SIGTERM by default. */
const GRACE_MS = 2000;

/**
 * Runs the pipeline for the inputs of a shard, each with a record of its own, and returns the exit code.
 *
 * @param corpus all inputs: what a record is called depends on all of them, so that all tasks agree on the names
 * @throws {SetupError} for all that can be wrong with the order, before the first input is run
 */
export async function mapCorpus(corpus: DistinctInputs, order: MapOrder): Promise<number> {
  const { pipelinePath, shard, resume, profiler, html } = order;
  checkPipeline(pipelinePath);
  checkImports(order.imports);
  const name = pipelineName(pipelinePath);
  const folder = await RecordFolder.open(order.outdir);
  await folder.sweep();

  const named = namedInputs(corpus.inputs, name);
  const mine = inputsOfShard(named, shard.shard);
  if (corpus.repeated > 0) say(`${counted(corpus.repeated, 'repeated input')} of the list will be run once`);
  sayShard(shard, mine.length, corpus.inputs.length);
  if (mine.length === 0) return nothingToDo(folder, name, order);
  const listed = new Set(named.map(({ recordName }) => recordName));
  const plan = await planRecords(folder, name, mine, { resume, listed }).catch(notRepaired);
  if (plan === null) return EXIT_FAILED;
  if (resume) sayResumed(plan);
  if (plan.inputs.length === 0) return nothingToDo(folder, name, order);
  const page = html === undefined ? null : new PageFile(html);
  const stacks =
    profiler?.stacks === undefined ? null : await ShardStacks.open(folder, order.shard.shard.index, resume);
  return runInputs(plan.inputs, folder, name, { ...order, stacks, page });
}

/** A run with nothing to do leaves an account as any other: without it nobody can tell it from one that died early. */
async function nothingToDo(folder: RecordFolder, name: string, { profiler, html }: MapOrder): Promise<number> {
  if (html !== undefined)
    say(`--html ${html}: no page, since no input was run: stageprof summarize --html shows records`);
  if (profiler === null) return EXIT_DONE;
  const tally = { total: 0, done: 0, failed: 0 };
  await writeMapAccount(folder, name, new MapAccountMeter(), {
    tally,
    workerPids: [],
    started: 0,
    exitCode: EXIT_DONE,
  });
  return EXIT_DONE;
}

async function runInputs(
  inputs: readonly NamedInput[],
  folder: RecordFolder,
  name: string,
  { pipelinePath, imports, shard, profiler, tracking, jobs, isolate, timeoutMs, shown, stacks, page }: OpenedOrder,
): Promise<number> {
  // Until the run listens to signals itself, one ends this process with the exit code that it would have then.
  const early = new StopSignals((signal) => process.exit(exitCodeOfSignal(signal)));
  try {
    const { env, recorderFolder } = prepareProfiling(profiler, tracking);
    const limits = { timeoutMs, graceMs: GRACE_MS };
    const pool = await WorkerPool.open({
      pipelinePath,
      folder,
      profiler,
      recorderFolder,
      stacksFolder: stacks?.folder ?? null,
      env,
      imports,
      jobs,
      isolate,
      limits,
    });
    early.close();
    const hasAccount = profiler !== null;
    const plan = { pipelineName: name, shardName: shardName(shard), folder, pool, hasAccount, stacks, page, shown };
    return await runMap(inputs, plan);
  } finally {
    early.close();
  }
}

/** The record stays as it was: what is good in it is still there. */
function notRepaired(error: unknown): null {
  if (!(error instanceof RecordWriteError)) throw error;
  say(error.message);
  return null;
}

function sayResumed({ inputs, resumed, repaired }: RecordPlan): void {
  const mended = repaired === 0 ? '' : `, ${counted(repaired, 'of them', 'of them')} repaired`;
  const rest = inputs.length === 0 ? 'nothing to do' : `${counted(inputs.length, 'input')} to do`;
  say(`${counted(resumed, 'good record')} there${mended}, ${rest}`);
}

function sayShard(shard: ChosenShard, mine: number, all: number): void {
  const name = shardName(shard);
  if (name === '') return;
  const share = mine === 0 ? `none of ${counted(all, 'input')}, nothing to do` : `${mine} of ${counted(all, 'input')}`;
  const source = shard.source === null ? '' : ` from ${shard.source}`;
  const remedy = shard.source === null ? '' : ' (--task-index 0 --task-count 1 takes all)';
  say(`${name}${source}: ${share}${remedy}`);
}
