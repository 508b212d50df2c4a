import type { Report } from '../report/report.js';
import type { Profiler } from '../types.js';
import type { Failure } from './failure.js';
import type { Pipeline } from './pipeline.js';
import { failureLine, recordLine } from './record.js';
import type { RecordFolder } from './record-folder.js';
import { runInput } from './run-input.js';
import { StrayErrors } from './stray-errors.js';

export interface NamedInput {
  readonly input: string;
  /** File name of its record. */
  readonly recordName: string;
}

export interface RunOptions {
  readonly pipeline: Pipeline;
  readonly folder: RecordFolder;
  /** Called once an input; what it returns is closed after that input. */
  readonly makeProfiler: () => Profiler;
  /** Stops the run: the running input has `graceMs` to finish, no other is begun. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
}

/** What happened, as it happens. Every event but `stray` is of one input, and each input is written before its own. */
export type RunEvent =
  | { readonly type: 'started'; readonly input: string }
  | { readonly type: 'done'; readonly input: string; readonly profile: Report | undefined }
  | { readonly type: 'failed'; readonly input: string; readonly failure: Failure; readonly profile: Report | undefined }
  | { readonly type: 'stray'; readonly failure: Failure };

/**
 * Runs the inputs one after another in this process and writes a record for each. Holds one record at a time,
 * however many there are.
 * @throws {RecordWriteError} when a record cannot be written; those before it are whole
 */
export async function* runInputs(inputs: readonly NamedInput[], options: RunOptions): AsyncGenerator<RunEvent, void> {
  const strays = new StrayErrors();
  try {
    for (const next of inputs) {
      if (options.signal.aborted) return;
      yield { type: 'started', input: next.input };
      const event = await runAndWrite(next, options, strays);
      if (event !== undefined) yield event;
      for (const failure of strays.takeUnclaimed()) yield { type: 'stray', failure };
    }
  } finally {
    strays.close();
  }
}

/** Undefined where the run was told to stop before the input was done: there is then no record to write. */
async function runAndWrite(
  { input, recordName }: NamedInput,
  { pipeline, folder, makeProfiler, signal, graceMs }: RunOptions,
  strays: StrayErrors,
): Promise<RunEvent | undefined> {
  const profiler = makeProfiler();
  const outcome = await runInput(pipeline.run, input, { profiler, signal }, { strays, graceMs });
  const profile = profiler.report();
  profiler.close();
  if (outcome.state === 'left') return undefined;

  const record = outcome.state === 'returned' ? recordLine(input, outcome.result, profile) : outcome;
  if (record.state === 'done') {
    await folder.write(recordName, record.line);
    return { type: 'done', input, profile };
  }
  await folder.write(recordName, failureLine(input, record.failure, profile));
  return { type: 'failed', input, failure: record.failure, profile };
}
