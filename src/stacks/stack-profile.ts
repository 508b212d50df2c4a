import { OTHER_NAME } from './frame.js';
import { FrameTable, OTHER_FRAME } from './frame-table.js';
import { SampleRows } from './sample-rows.js';
import { SAMPLE_TYPES, type SampleType, sampleTypeIndex } from './sample-types.js';
import { NO_STACK, StackTable } from './stack-table.js';
import { StringTable } from './string-table.js';

/** How many of each are told apart. Past a limit, values are added to `(other)`, so none is lost. */
export interface StackLimits {
  readonly frames: number;
  readonly stacks: number;
  readonly rows: number;
}

/** Tables that reach all limits take about 80 MB besides the texts. Real programs have a few thousand of each. */
const DEFAULT_LIMITS: StackLimits = { frames: 2 ** 18, stacks: 2 ** 19, rows: 2 ** 18 };

/**
 * Sampled stacks: tables of distinct texts, frames and stacks, and rows of values by stage, thread and stack. Tables refer
 * to one another by number, as in pprof and in the Firefox Profiler. As in the latter, a stack is a frame on another stack.
 * Memory follows the number of distinct stacks, not the number of samples or of files.
 *
 * Used inside programs and by the command line, so this file, what it imports and `merge-profile.ts` take the functions of
 * Node and of the language from `src/host`. The files of pprof run in the command line and in threads of the profiler.
 */
export class StackProfile {
  readonly strings = new StringTable();
  readonly frames: FrameTable;
  readonly stacks: StackTable;
  readonly rows: SampleRows;
  /** Bytes between two points of the sample of native blocks, on average; 0 where it is not known or there are none. */
  nativeRate = 0;
  /** One bit for each sample type. */
  private measured = 0;

  /** @param seed has to be a random number if the content comes from a file, see `KeyTable` */
  constructor(
    private readonly limits: StackLimits = DEFAULT_LIMITS,
    seed = 0,
  ) {
    this.frames = new FrameTable(this.strings, limits.frames, seed);
    this.stacks = new StackTable(limits.stacks, seed);
    this.rows = new SampleRows(seed);
  }

  /** A file has no column for a type that was not measured. A type that was measured and never seen is zero there. */
  measure(type: SampleType): void {
    this.measured |= 1 << sampleTypeIndex[type];
  }

  isMeasured(type: SampleType): boolean {
    return (this.measured & (1 << sampleTypeIndex[type])) !== 0;
  }

  /** In the order of `SAMPLE_TYPES`. */
  get measuredTypes(): SampleType[] {
    return SAMPLE_TYPES.map(({ name }) => name).filter((name) => this.isMeasured(name));
  }

  /**
   * The row of a stage, a thread and a stack.
   *
   * @param stage the label; empty outside of any stage
   * @param thread a name that is the same in every process, such as `main`. With a process id in it, rows of different
   *   files would never add up. Empty if the thread is not known.
   */
  row(stage: string, thread: string, stack: number): number {
    const { strings, rows } = this;
    if (rows.length < this.limits.rows) return rows.intern(strings.intern(stage), strings.intern(thread), stack);
    const other = strings.intern(OTHER_NAME);
    const stageId = strings.find(stage);
    const threadId = strings.find(thread);
    const found = stageId === undefined || threadId === undefined ? 0 : rows.find(stageId, threadId, stack);
    return found || rows.intern(stageId ?? other, other, this.stacks.intern(NO_STACK, OTHER_FRAME));
  }

  /** Adds to a row. `SampleRows.add` says which values add nothing. */
  add(row: number, type: SampleType, value: number): void {
    this.measure(type);
    this.rows.add(row, sampleTypeIndex[type], value);
  }

  /** Replaces the value of a row, for an estimate that later samples correct. */
  set(row: number, type: SampleType, value: number): void {
    this.measure(type);
    this.rows.set(row, sampleTypeIndex[type], value);
  }

  value(row: number, type: SampleType): number {
    return this.rows.value(row, sampleTypeIndex[type]);
  }
}
