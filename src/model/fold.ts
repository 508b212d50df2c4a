/**
 * Folds samples into rows: the part of the accounting that runs at both ends of every call. There are two with the same
 * results to the bit: one in the addon, which takes the sample too, and one in TypeScript, which is the reference and
 * serves where there is no addon. What crosses is numbers only: calls by their positions in the pool, rows by theirs.
 */
export interface Fold {
  /**
   * Takes the entry sample of a call that was just opened. `BOUNDARY` has the row of its label, and as its call twice its
   * position, plus 1 if it is its parent's only open child.
   */
  enter(): void;
  /**
   * Takes the exit sample of a call and adds what it has used to its row: all of it, or nothing where that throws.
   * `BOUNDARY` has as its call `EXIT_FLAGS` times its position, plus the flags of `EXIT`, and how many of its descendants have
   * closed.
   */
  exit(): void;
  /** Takes out a call whose opening failed. */
  discard(position: number): void;
  /** Takes the peaks of the last sample, which was no end of a call. To be called once for each: a sample begins them anew. */
  notePeaks(): void;
  /** Writes the highest values since the entry of an open call, in the order of the plan's peaks. */
  readPeaks(position: number, highest: Float64Array): void;
  /** Charges what was used until the event loop went to wait to the row that ran, and lets row 0 run. */
  endAtWait(): void;
  /** Charges what the thread used until the last sample to the row that ran. */
  charge(): void;
  /** The same until now: what the thread has used is read. */
  chargeUntilNow(): void;
  /**
   * The cells of the call at a position of the pool, `CALL_CELLS` long. To be called for each, rising from 0: that is the
   * outermost call, which the last sample has entered. Where a step after it failed, it is called again for the same one.
   */
  addCall(position: number, cells: Float64Array): void;
  /** All rows. To be called whenever their memory has changed. */
  moveRows(cells: Float64Array): void;
  /** Entries that are kept for peaks, in the largest of their stacks. */
  peakEntries(): number;
}

/**
 * Cells of a request that tell `enter` and `exit` which call is meant. To read an argument costs the addon more than a cell:
 * three calls into node each.
 */
export const BOUNDARY = { row: 0, call: 1, innerClosed: 2 } as const;
export const BOUNDARY_CELLS = 3;

/** What is added to a position for `exit`. */
export const EXIT = { failed: 1, overlapped: 2, hasChild: 4, isLastChild: 8 } as const;
export const EXIT_FLAGS = 16;

/**
 * The numbers that a plan for the addon begins with: cells of a row, unless said otherwise, -1 for what is not measured.
 * Then come its lists, `PLAN_LISTS`, each after its length. native/accounting/fold_plan.h has the same names in the same
 * order.
 */
export const PLAN_NUMBERS = [
  /** 0 where the caller has taken the sample, in a test. */
  'takes_samples',
  /** How many cells a row has, and where its 32-bit buckets begin. */
  'row_cells',
  'buckets',
  /** Cells of a call. */
  'use',
  'parent',
  'covered',
  'since',
  /** Counts. */
  'closed',
  'failed',
  'open',
  'overlapped',
  'inner',
  'closed_before',
  'longest',
  'modules',
  'live_modules',
  /** The first octave, and the slot whose growth it has. */
  'octaves',
  'octave_slot',
  /** Self times by the clocks of `covered` and `since`. */
  'wall_self',
  'cpu_self',
] as const;

export const PLAN_LISTS = [
  /** Slot, column: exit less entry. */
  'deltas',
  /** Slot, slot of the level, column. */
  'peaks',
  /** Slots out of which the cost of forced collections is taken. */
  'excluded',
  /** Slot, column: what the thread uses is charged to the row that runs. */
  'charged',
] as const;

/** What a fold is made for. Nothing can detach or resize this memory. */
export interface FoldRequest {
  /** `PLAN_NUMBERS`, then `PLAN_LISTS`. */
  readonly plan: Float64Array;
  /** What forced collections have cost so far, by slot. */
  readonly excluded: Float64Array;
  /** See `SelfTimes`: the row that runs, then what the thread had used by the last charge, in the order of the plan. */
  readonly use: Float64Array;
  /** `BOUNDARY`. */
  readonly boundary: Float64Array;
}
