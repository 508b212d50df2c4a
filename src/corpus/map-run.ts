import type { Failure } from '../corpus/failure.js';
import { readOpenStage } from '../corpus/last-moments.js';
import { type RecordFolder, RecordWriteError } from '../corpus/record-folder.js';
import type { PlacedInput } from '../corpus/record-paths.js';
import { RunMeter } from '../corpus/run-account.js';
import type { RunningInput } from '../corpus/running-input.js';
import { type StopSignal, StopSignals } from '../corpus/stop-signals.js';
import type { RunEvent, WorkerPool } from '../corpus/worker-pool.js';
import { WorkerStartError } from '../corpus/worker-process.js';
import { EXIT_DONE, EXIT_FAILED, exitCodeOfSignal } from '../os/exit-status.js';
import { LOOK_EVERY_S, WRITTEN_EVERY_S } from '../records/map-account.js';
import { renderTable } from '../render/table.js';
import { ReportMerger } from '../report/merge.js';
import { Pace, type Progress, progressLines, type RunningView, type Tally } from '../terminal/progress.js';
import { progressBar } from '../terminal/progress-bar.js';
import { say } from '../terminal/say.js';
import { tableOptions } from '../terminal/terminal.js';
import { counted } from '../text/format.js';

export interface MapPlan {
  readonly pipelineName: string;
  readonly folder: RecordFolder;
  readonly pool: WorkerPool;
  /** Whether the run leaves its account beside the records. */
  readonly hasAccount: boolean;
}

const ACCOUNT_EVERY_LOOKS = WRITTEN_EVERY_S / LOOK_EVERY_S;

/** Runs the inputs, shows how far it is, prints the result and returns the exit code. */
export async function runMap(inputs: readonly PlacedInput[], plan: MapPlan): Promise<number> {
  return new MapRun(inputs, plan).finish();
}

class MapRun {
  readonly #inputs: readonly PlacedInput[];
  readonly #plan: MapPlan;
  readonly #tally: Tally;
  readonly #pace: Pace;
  readonly #progress: Progress;
  readonly #merger = new ReportMerger();
  readonly #meter = new RunMeter();
  #views: readonly RunningView[] = [];
  #looks = 0;
  #accounted: Promise<void> = Promise.resolve();
  #profiles = 0;
  #strayErrors = 0;

  constructor(inputs: readonly PlacedInput[], plan: MapPlan) {
    this.#inputs = inputs;
    this.#plan = plan;
    this.#tally = { total: inputs.length, done: 0, failed: 0 };
    this.#pace = new Pace(this.#tally, () => this.#views);
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

    this.#printTable(process.stdout);
    if (breakdown !== undefined) say(breakdown);
    say(this.#summary(signals.received));
    const exitCode = this.#exitCode(signals.received);
    await this.#writeAccount(exitCode);
    // The process exits next, and what a slow reader has not taken would go with it.
    await new Promise((resolve) => process.stderr.write('', resolve));
    return exitCode;
  }

  /** What ended the run before its time, if anything did: without records or processes there is no point in going on. */
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
    if (event.type === 'stray') {
      this.#strayErrors++;
      this.#progress.line(`between two inputs: ${inShort(event.failure)}`);
      return;
    }
    if (event.type === 'done' || event.type === 'failed') this.#count(event);
    this.#progress.update();
    if (event.type === 'failed') this.#progress.line(`${event.input}: failed, ${inShort(event.failure)}`);
  }

  #count(event: Extract<RunEvent, { type: 'done' | 'failed' }>): void {
    this.#tally[event.type]++;
    // Merged one by one: what is kept grows with the labels, not with the inputs.
    if (event.profile === null) return;
    this.#merger.add(event.profile);
    this.#profiles++;
  }

  #look(): void {
    const { pool } = this.#plan;
    this.#meter.look(pool.workers.flatMap(({ pid }) => pid ?? []));
    for (const running of pool.running) running.look();
    this.#views = pool.running.map(viewOf);
    if (this.#looks++ % ACCOUNT_EVERY_LOOKS === 0) void this.#writeAccount(null);
  }

  /** All that is known up to now, for the case that what comes next is the end; the run goes on. */
  async #flush(): Promise<void> {
    await this.#plan.pool.flush('was still running when SIGUSR2 came');
    await this.#writeAccount(null);
    this.#progress.line(`SIGUSR2: ${this.#summary(undefined)}; the run goes on`);
    if (this.#profiles === 0) return;
    for (const line of this.#table(process.stderr).trimEnd().split('\n')) this.#progress.output(line);
  }

  /** By a second signal. */
  #endedAtOnce(received: StopSignal | undefined): void {
    this.#progress.stop();
    say(this.#summary(received));
    process.exitCode = received === undefined ? EXIT_FAILED : exitCodeOfSignal(received);
  }

  #printTable(stream: NodeJS.WriteStream): void {
    if (this.#profiles > 0) stream.write(this.#table(stream));
  }

  #table(stream: NodeJS.WriteStream): string {
    const heading = `${counted(this.#profiles, 'record')}, pipeline ${this.#plan.pipelineName}`;
    return `${heading}\n\n${renderTable(this.#merger.result(), tableOptions(stream))}`;
  }

  #summary(received: StopSignal | undefined): string {
    const { total, done, failed } = this.#tally;
    const left = this.#left();
    const after = received === undefined ? '' : ` after ${received}`;
    const rest = left > 0 || received !== undefined ? `, ${left} left${after}` : '';
    return `${counted(total, 'input')}: ${done} done, ${failed} failed${rest}, in ${this.#pace.elapsed}; records in ${this.#recordsPath()}`;
  }

  #exitCode(received: StopSignal | undefined): number {
    if (received !== undefined) return exitCodeOfSignal(received);
    return this.#left() + this.#tally.failed + this.#strayErrors === 0 ? EXIT_DONE : EXIT_FAILED;
  }

  #left(): number {
    return this.#tally.total - this.#tally.done - this.#tally.failed;
  }

  #recordsPath(): string {
    return this.#plan.folder.path.replace(/\/*$/, '/');
  }

  /**
   * One after another: the last is the one that stays.
   * @param exitCode null while the run goes on
   */
  #writeAccount(exitCode: number | null): Promise<void> {
    if (this.#plan.hasAccount) this.#accounted = this.#accounted.then(() => this.#writeOneAccount(exitCode));
    return this.#accounted;
  }

  async #writeOneAccount(exitCode: number | null): Promise<void> {
    const { folder, pipelineName, pool } = this.#plan;
    const workerPids = pool.workers.flatMap(({ pid }) => pid ?? []);
    const run = { tally: this.#tally, workerPids, started: pool.started, exitCode };
    const account = this.#meter.account(pipelineName, run);
    // Where the records cannot be written the run says so; that this cannot be is no more news.
    await folder.write(this.#meter.fileName(pipelineName), `${JSON.stringify(account)}\n`).catch(() => {});
  }
}

function viewOf({ input, startedAtMs, recorderPath, memory }: RunningInput): RunningView {
  return {
    input,
    stage: readOpenStage(recorderPath),
    rssKib: memory?.rss_kb ?? null,
    forMs: performance.now() - startedAtMs,
  };
}

const LONGEST_MESSAGE = 300;

/** A failure on one line; the record holds all of it. */
function inShort({ kind, name, message, open }: Failure): string {
  const [firstLine = ''] = message.split('\n', 1);
  const text = firstLine.length > LONGEST_MESSAGE ? `${firstLine.slice(0, LONGEST_MESSAGE)}…` : firstLine;
  // Of a process that ended the message says it itself.
  const stage = open?.at(-1)?.stage;
  const where = stage === undefined || text.includes(` in ${stage}`) ? '' : `, in ${stage}`;
  if (kind === 'uncaught') return `uncaught ${name ?? 'value'}: ${text}${where}`;
  return name === undefined ? `${text}${where}` : `${name}: ${text}${where}`;
}
