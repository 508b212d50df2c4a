import type { Profiler } from './profiler.js';

/**
 * What the channels `stageprof:stage:open` and `stageprof:stage:close` carry: one object a call, at its closing the same
 * as at its opening, so that a subscriber may keep what belongs to it in a WeakMap.
 */
export interface StageMessage {
  /** Dotted path, parents included. */
  readonly label: string;
  readonly profiler: Profiler;
  /** Of the nearest call that was open around this one; null for an outermost, or where its opening was not announced. */
  readonly parent: StageMessage | null;
  /** When its clock started, as `performance.now()` of this thread counts; null until it has closed. */
  readonly startMs: number | null;
  /** Elapsed time, as it is added to `wall_s`; null until it has closed. */
  readonly wallNs: number | null;
  /** Whether it threw or rejected; null until it has closed. */
  readonly failed: boolean | null;
  /** What it threw, or its promise was rejected with. */
  readonly error?: unknown;
}

/** A call that has closed, as far as its subscribers are told. */
export interface ClosedCall {
  readonly label: string;
  /** Of its opening; null where that was not announced. */
  readonly opened: StageMessage | null;
  readonly endNs: number;
  readonly wallNs: number;
  readonly failed: boolean;
}
