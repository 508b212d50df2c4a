import { systemReason } from '../model/setup-error.js';
import { mergeWarnings } from '../model/warnings.js';
import { EXIT_FAILED, exitCodeOfSignal } from '../os/exit-status.js';
import type { PageFile } from '../page/write-page.js';
import { LOOK_EVERY_S, WRITTEN_EVERY_S } from '../records/map-account.js';
import { renderOutlived } from '../render/outlived-table.js';
import { renderStacks } from '../render/stack-words.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { Pace, type Progress, progressLines, type RunningView } from '../terminal/progress.js';
import { progressBar } from '../terminal/progress-bar.js';
import { say } from '../terminal/say.js';
import type { Shown } from '../terminal/terminal.js';
import { layoutOf } from '../terminal/terminal.js';
import { counted } from '../text/format.js';
import { CorpusPage } from './corpus-page.js';
import { failureInShort } from './failure-line.js';
import type { RunEvent } from './input-event.js';
import { readOpenStage } from './last-moments.js';
import { MapAccountMeter, writeMapAccount } from './map-account-meter.js';
import { MapResult } from './map-result.js';
import { type RecordFolder, RecordWriteError } from './record-folder.js';
import type { NamedInput } from './record-paths.js';
import type { RunningInput } from './running-input.js';
import type { ShardStacks } from './shard-stacks.js';
import { type StopSignal, StopSignals } from './stop-signals.js';
import type { WorkerPool } from './worker-pool.js';
import { WorkerStartError } from './worker-process.js';

export interface MapPlan {
  readonly pipelineName: string;
  /** `task index 3 of 100`; empty for the whole corpus. */
  readonly shardName: string;
  readonly folder: RecordFolder;
  readonly pool: WorkerPool;
  /** Whether the run leaves its account beside the records. */
  readonly hasAccount: boolean;
  /** Null where none are sampled. */
  readonly stacks: ShardStacks | null;
  /** Null where none is asked for. */
  readonly page: PageFile | null;
  /** How the table is shown. */
  readonly shown: Shown;
}

const ACCOUNT_EVERY_LOOKS = WRITTEN_EVERY_S / LOOK_EVERY_S;

/** Runs the inputs, shows how far the run is, prints the result and returns the exit code. */
export async function runMap(inputs: readonly NamedInput[], plan: MapPlan): Promise<number> {
  return new MapRun(inputs, plan).finish();
}

class MapRun {
  readonly #inputs: readonly NamedInput[];
  readonly #plan: MapPlan;
  readonly #result: MapResult;
  readonly #pace: Pace;
  readonly #progress: Progress;
  readonly #meter = new MapAccountMeter();
  #views: readonly RunningView[] = [];
  #looks = 0;
  #accounted: Promise<void> = Promise.resolve();

  constructor(inputs: readonly NamedInput[], plan: MapPlan) {
    this.#inputs = inputs;
    this.#plan = plan;
    this.#result = new MapResult(inputs.length, plan, plan.page === null ? null : new CorpusPage(inputs, plan));
    this.#pace = new Pace(this.#result.tally, () => this.#views);
    say(`${counted(inputs.length, 'input')}, pipeline ${plan.pipelineName}, records in ${this.#recordsPath()}`);
    const { stderr } = process;
    this.#progress = stderr.isTTY ? progressBar(this.#pace, stderr) : progressLines(this.#pace, stderr);
  }

  async finish(): Promise<number> {
    const { pool } = this.#plan;
    const signals = new StopSignals((signal) => pool.stop(`was stopped by ${signal}`));
    const onExit = () => this.#endedAtOnce(signals.received);
    const onFlush = () => void this.#flush();
    const timer = setInterval(() => this.#look(), LOOK_EVERY_S * 1000);
    process.once('exit', onExit);
    process.on('SIGUSR2', onFlush);
    this.#look();
    let breakdown: string | undefined;
    try {
      breakdown = await this.#run();
    } finally {
      process.off('exit', onExit);
      process.off('SIGUSR2', onFlush);
      clearInterval(timer);
      signals.close();
      this.#progress.stop();
    }

    const table = this.#result.table(process.stdout, this.#plan.shown);
    if (table !== null) process.stdout.write(table);
    const profile = await this.#leaveStacks();
    const { page } = this.#plan;
    page?.leave(() => this.#result.pageContent(profile, this.#summary(signals.received))!);
    if (breakdown !== undefined) say(breakdown);
    say(this.#summary(signals.received));
    const exitCode = this.#result.exitCode(signals.received);
    await this.#writeAccount(exitCode);
    // The process exits next: lines that a slow reader has not taken by then would be lost.
    await new Promise((resolve) => process.stderr.write('', resolve));
    return exitCode;
  }

  /** Returns what ended the run early, if anything did: without records or processes there is no point in going on. */
  async #run(): Promise<string | undefined> {
    try {
      for await (const event of this.#plan.pool.run(this.#inputs)) this.#take(event);
    } catch (error) {
      if (error instanceof RecordWriteError || error instanceof WorkerStartError) return error.message;
      throw error;
    }
    return undefined;
  }

  #take(event: RunEvent): void {
    if (event.type === 'output') {
      this.#progress.output(event.line);
      return;
    }
    if (event.type === 'unhandled') {
      this.#result.countUnhandled();
      this.#progress.line(`between two inputs: ${failureInShort(event.failure)}`);
      return;
    }
    if (event.type === 'done' || event.type === 'failed') this.#result.count(event);
    this.#progress.update();
    if (event.type === 'failed') this.#progress.line(`${event.input}: failed, ${failureInShort(event.failure)}`);
  }

  #look(): void {
    const { pool } = this.#plan;
    this.#meter.look(pool.workers.flatMap(({ pid }) => pid ?? []));
    for (const running of pool.running) {
      running.look();
      this.#result.page?.timelines.look(running);
    }
    this.#views = pool.running.map(viewOf);
    if (this.#looks++ % ACCOUNT_EVERY_LOOKS === 0) void this.#writeAccount(null);
  }

  /** Writes and shows all that is known so far, in case the end comes next. The run goes on. */
  async #flush(): Promise<void> {
    await this.#plan.pool.flush('was still running when SIGUSR2 came');
    await this.#writeAccount(null);
    this.#progress.line(`SIGUSR2: ${this.#summary(undefined)}; the run goes on`);
    const lines = this.#result.table(process.stderr, this.#plan.shown)?.trimEnd().split('\n') ?? [];
    for (const line of lines) this.#progress.output(line);
  }

  /** A second signal has ended the process. */
  #endedAtOnce(received: StopSignal | undefined): void {
    this.#progress.stop();
    say(this.#summary(received));
    process.exitCode = received === undefined ? EXIT_FAILED : exitCodeOfSignal(received);
  }

  /**
   * What goes wrong here is said, and is no reason for the records to count as failed.
   *
   * @returns the stacks; null where there are none
   */
  async #leaveStacks(): Promise<StackProfile | null> {
    const { stacks, shown } = this.#plan;
    if (stacks === null) return null;
    try {
      const left = await stacks.finish();
      if (left === null) return null;
      for (const warning of left.warnings.length === 0 ? [] : mergeWarnings(left.warnings)) say(warning);
      const layout = layoutOf(process.stdout, shown);
      for (const part of [renderStacks(left.profile, layout), renderOutlived(left.outlived, layout)]) {
        if (part !== undefined) process.stdout.write(`\n${part}`);
      }
      return left.profile;
    } catch (error) {
      say(systemReason(error));
      return null;
    }
  }

  #summary(received: StopSignal | undefined): string {
    return `${this.#result.counts(received)}, in ${this.#pace.elapsed}; records in ${this.#recordsPath()}`;
  }

  #recordsPath(): string {
    return this.#plan.folder.path.replace(/\/*$/, '/');
  }

  /**
   * Writes one account after another, so that the last one is the one that stays.
   * @param exitCode null while the run goes on
   */
  #writeAccount(exitCode: number | null): Promise<void> {
    if (this.#plan.hasAccount) this.#accounted = this.#accounted.then(() => this.#writeOneAccount(exitCode));
    return this.#accounted;
  }

  async #writeOneAccount(exitCode: number | null): Promise<void> {
    const { folder, pipelineName, pool } = this.#plan;
    const workerPids = pool.workers.flatMap(({ pid }) => pid ?? []);
    const state = { tally: this.#result.tally, workerPids, started: pool.started, exitCode };
    await writeMapAccount(folder, pipelineName, this.#meter, state);
  }
}

function viewOf({ input, startedAtMs, left, memory }: RunningInput): RunningView {
  return {
    input,
    stage: readOpenStage(left.recorderPath),
    rssKib: memory?.rss_kb ?? null,
    forMs: performance.now() - startedAtMs,
  };
}
