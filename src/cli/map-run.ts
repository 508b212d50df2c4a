import type { Failure } from '../corpus/failure.js';
import type { Pipeline } from '../corpus/pipeline.js';
import { type RecordFolder, RecordWriteError } from '../corpus/record-folder.js';
import { type NamedInput, type RunEvent, runInputs } from '../corpus/run-inputs.js';
import { nullProfiler } from '../null-profiler.js';
import type { StageProfilerOptions } from '../options.js';
import { StageProfiler } from '../profiler.js';
import { ReportMerger } from '../report/merge.js';
import { renderTable } from '../report/table.js';
import { EXIT_DONE, EXIT_FAILED, exitCodeOfSignal, type StopSignal } from './exit-codes.js';
import { Pace, type Progress, progressLines, type Tally } from './progress.js';
import { progressBar } from './progress-bar.js';
import { counted, say } from './say.js';
import { StopSignals } from './stop-signals.js';
import { tableOptions } from './terminal.js';

export interface MapPlan {
  readonly pipeline: Pipeline;
  readonly folder: RecordFolder;
  /** Undefined where nothing is profiled. */
  readonly profiler: StageProfilerOptions | undefined;
}

/** How long the running input may go on after a signal. Slurm kills 30 s after its SIGTERM by default. */
const GRACE_MS = 2000;

/** Runs the inputs, shows how far it is, prints the result and returns the exit code. */
export async function runMap(inputs: readonly NamedInput[], plan: MapPlan): Promise<number> {
  return new MapRun(inputs, plan).finish();
}

class MapRun {
  readonly #inputs: readonly NamedInput[];
  readonly #plan: MapPlan;
  readonly #tally: Tally;
  readonly #pace: Pace;
  readonly #merger = new ReportMerger();
  #profiles = 0;
  #strayErrors = 0;
  #current = '';

  constructor(inputs: readonly NamedInput[], plan: MapPlan) {
    this.#inputs = inputs;
    this.#plan = plan;
    this.#tally = { total: inputs.length, done: 0, failed: 0 };
    this.#pace = new Pace(this.#tally);
  }

  async finish(): Promise<number> {
    const { pipeline } = this.#plan;
    say(`${counted(this.#inputs.length, 'input')}, pipeline ${pipeline.name}, records in ${this.#recordsPath()}`);
    const progress = process.stderr.isTTY
      ? progressBar(this.#pace, process.stderr)
      : progressLines(this.#pace, process.stderr);
    const signals = new StopSignals();
    const onExit = () => this.#endedEarly(progress, signals.received);
    process.once('exit', onExit);
    let writeError: RecordWriteError | undefined;
    try {
      writeError = await this.#run(progress, signals.signal);
    } finally {
      // Also after an error of stageprof's own, which is not the pipeline ending the process.
      process.off('exit', onExit);
      signals.close();
      progress.stop();
    }

    this.#printTable();
    if (writeError !== undefined) say(writeError.message);
    say(this.#summary(signals.received));
    if (signals.received !== undefined) return exitCodeOfSignal(signals.received);
    return this.#left() + this.#tally.failed + this.#strayErrors === 0 ? EXIT_DONE : EXIT_FAILED;
  }

  /** The error that stopped the run, if one did: without its records there is no point in going on. */
  async #run(progress: Progress, signal: AbortSignal): Promise<RecordWriteError | undefined> {
    const { pipeline, folder, profiler } = this.#plan;
    const makeProfiler = () => (profiler === undefined ? nullProfiler : new StageProfiler(profiler));
    try {
      for await (const event of runInputs(this.#inputs, {
        pipeline,
        folder,
        makeProfiler,
        signal,
        graceMs: GRACE_MS,
      })) {
        this.#take(event, progress);
      }
    } catch (error) {
      if (error instanceof RecordWriteError) return error;
      throw error;
    }
    return undefined;
  }

  #take(event: RunEvent, progress: Progress): void {
    if (event.type === 'stray') {
      this.#strayErrors++;
      progress.line(`between two inputs: ${inShort(event.failure)}`);
      return;
    }
    if (event.type === 'started') {
      this.#current = event.input;
      this.#pace.begin();
    } else this.#count(event);
    progress.update(event.input);
    if (event.type === 'failed') progress.line(`${event.input}: failed, ${inShort(event.failure)}`);
  }

  #count(event: Extract<RunEvent, { type: 'done' | 'failed' }>): void {
    this.#tally[event.type]++;
    // Merged one by one: what is kept grows with the labels, not with the inputs.
    if (event.profile === undefined) return;
    this.#merger.add(event.profile);
    this.#profiles++;
  }

  /**
   * By a second signal, or by `process.exit()` in a pipeline, which would otherwise end a run of thousands with
   * exit code 0 and no word.
   */
  #endedEarly(progress: Progress, received: StopSignal | undefined): void {
    progress.stop();
    if (received === undefined)
      say(`${this.#current}: ended the whole process, a pipeline must not call process.exit()`);
    say(this.#summary(received));
    process.exitCode = received === undefined ? EXIT_FAILED : exitCodeOfSignal(received);
  }

  #printTable(): void {
    if (this.#profiles === 0) return;
    const { stdout } = process;
    const heading = `${counted(this.#profiles, 'record')}, pipeline ${this.#plan.pipeline.name}`;
    stdout.write(`${heading}\n\n${renderTable(this.#merger.result(), tableOptions(stdout))}`);
  }

  #summary(received: StopSignal | undefined): string {
    const { total, done, failed } = this.#tally;
    const left = this.#left();
    const after = received === undefined ? '' : ` after ${received}`;
    const rest = left > 0 || received !== undefined ? `, ${left} left${after}` : '';
    return `${counted(total, 'input')}: ${done} done, ${failed} failed${rest}, in ${this.#pace.elapsed}; records in ${this.#recordsPath()}`;
  }

  #left(): number {
    return this.#tally.total - this.#tally.done - this.#tally.failed;
  }

  #recordsPath(): string {
    return this.#plan.folder.path.replace(/\/*$/, '/');
  }
}

const LONGEST_MESSAGE = 300;

/** A failure on one line; the record holds all of it. */
function inShort({ kind, name, message }: Failure): string {
  const [firstLine = ''] = message.split('\n', 1);
  const text = firstLine.length > LONGEST_MESSAGE ? `${firstLine.slice(0, LONGEST_MESSAGE)}…` : firstLine;
  if (kind === 'uncaught') return `uncaught ${name ?? 'value'}: ${text}`;
  return name === undefined ? text : `${name}: ${text}`;
}
