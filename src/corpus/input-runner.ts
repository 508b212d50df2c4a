import { writeFileSync } from '../host/files.js';
import { isJsonIntact } from '../host/json.js';
import { isNextTickIntact } from '../host/next-tick.js';
import { exitProcess } from '../host/process.js';
import { AbortController, setImmediate } from '../host/tasks.js';
import type { StageProfilerOptions } from '../model/options.js';
import { systemReason } from '../model/setup-error.js';
import type { CallNumbers } from './call-numbers.js';
import { makeInputProfiler } from './input-profiler.js';
import type { InputThreads } from './input-threads.js';
import { KeptBetweenInputs } from './kept-between-inputs.js';
import { type LastMoments, readLastMoments } from './last-moments.js';
import type { PipelineFunction } from './pipeline.js';
import { failureLine, recordLine } from './record.js';
import { InputAbort, type Outcome, runInput } from './run-input.js';
import { UnhandledErrors } from './unhandled-errors.js';
import { holdProcess, listenAgain, releaseProcess, tell } from './worker-channel.js';
import type { InputResult, Order } from './worker-messages.js';

/** Runs inputs in a worker process, one after another, and tells the parent what became of each. */
export class InputRunner {
  readonly #unhandled = new UnhandledErrors();
  #abort = new AbortController();
  #recorderPath: string | null = null;
  /** At the end of the input before. */
  #levels: Float64Array | null = null;
  /** Null where no collections are forced. */
  readonly #kept: KeptBetweenInputs | null;
  /** Taken when the input was told to stop: by the time the pipeline has heeded it, its stages are closed. */
  #moments: LastMoments | null = null;

  constructor(
    readonly run: PipelineFunction,
    readonly profiler: StageProfilerOptions | null,
    readonly callNumbers: CallNumbers,
    readonly threads: InputThreads,
  ) {
    const collects = profiler?.collect !== undefined && profiler.collect !== 'none';
    this.#kept = collects ? new KeptBetweenInputs() : null;
  }

  async runOrder(order: Order<'input'>): Promise<void> {
    const isLast = await this.#runAndTell(order);
    if (isLast) exitProcess();
    // What the input returned has been written, and nothing here holds it any more.
    this.#kept?.collect();
    // Tells what comes up from here to the next input.
    setImmediate(() => this.#tellUnhandled());
  }

  /** @returns whether the process takes no more inputs */
  async #runAndTell({ input, temporaryPath, recorderPath }: Order<'input'>): Promise<boolean> {
    this.#tellUnhandled();
    this.#abort = new AbortController();
    this.#recorderPath = recorderPath;
    this.#moments = null;
    // Told before anything of the input may end the process.
    await tell({ type: 'begun' });
    releaseProcess();
    const { profiler, warnings, levels } = makeInputProfiler(this.profiler, recorderPath, {
      calls: this.callNumbers.before,
      levels: this.#levels,
    });
    const outcome = await runInput(this.run, input, { profiler, signal: this.#abort.signal }, this.#unhandled);
    holdProcess();
    const moments = this.#moments ?? (outcome.isRunning ? readLastMoments(recorderPath) : null);
    const own = profiler.report();
    this.#levels = levels();
    if (own !== undefined) this.callNumbers.add(own);
    const report = own && this.threads.takeInto(own);
    const { inputs } = this.callNumbers;
    const profile =
      report === undefined
        ? null
        : {
            ...(this.#kept === null ? report : this.#kept.addTo(report)),
            warnings: [...report.warnings, ...warnings],
            ...(inputs === null ? {} : { process_inputs: inputs }),
          };
    profiler.close();
    const { line, result } = resultOf(input, outcome, profile, moments);
    // A process that writes no more JSON, or hears no more messages, would spoil the inputs after this one.
    const isLast = outcome.isRunning || !isJsonIntact() || !(await isNextTickIntact());
    // Before anything is told: the answer of the parent has to be heard.
    listenAgain();
    this.#unhandled.listen();
    const reason = faultOfWriting(temporaryPath, line);
    const told: InputResult = reason === null ? result : { state: 'unwritten', reason, profile };
    await tell({ type: 'ended', result: told, threads: this.threads.before, isLast });
    return isLast;
  }

  abort({ reason, message, graceMs }: Order<'abort'>): void {
    this.#moments ??= readLastMoments(this.#recorderPath);
    this.#abort.abort(new InputAbort(reason, message, graceMs));
  }

  #tellUnhandled(): void {
    for (const failure of this.#unhandled.takeUnclaimed()) tell({ type: 'unhandled', failure });
  }
}

/** Null where the line was written. */
function faultOfWriting(path: string, line: string): string | null {
  try {
    writeFileSync(path, line, { flag: 'wx' });
    return null;
  } catch (error) {
    return systemReason(error);
  }
}

function resultOf(
  input: string,
  outcome: Outcome,
  profile: InputResult['profile'],
  moments: LastMoments | null,
): { line: string; result: InputResult } {
  if (outcome.state === 'returned') {
    const record = recordLine(input, outcome.result, profile ?? undefined);
    if (record.state === 'done') return { line: record.line, result: { state: 'done', profile } };
    const { failure } = record;
    return { line: failureLine(input, failure, profile ?? undefined), result: { state: 'failed', failure, profile } };
  }
  const { state } = outcome;
  const failure = moments === null ? outcome.failure : { ...outcome.failure, open: moments.open, last: moments.last };
  // The profile has the calls that are still open up to now.
  const partial = profile === null || !outcome.isRunning ? profile : { ...profile, partial: true };
  return { line: failureLine(input, failure, partial ?? undefined), result: { state, failure, profile: partial } };
}
