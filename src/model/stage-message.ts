import type { Profiler } from './profiler.js';

/**
 * What the channels `stageprof:stage:open` and `stageprof:stage:close` carry. A call has the same object at its closing
 * as at its opening, so that a subscriber may keep what belongs to the call in a WeakMap.
 */
export interface StageMessage {
  /** Dotted path, parents included. */
  readonly label: string;
  readonly profiler: Profiler;
  /**
   * The message of the nearest call open around this one; null for an outermost call, or where no message was published
   * for it.
   */
  readonly parent: StageMessage | null;
  /** When its clock started, as `performance.now()` of this thread counts; null until it has closed. */
  readonly startMs: number | null;
  /** Elapsed time, as it is added to `wall_s`; null until it has closed. */
  readonly wallNs: number | null;
  /** Whether it threw or rejected; null until it has closed. */
  readonly failed: boolean | null;
  /** What it threw, or what its promise was rejected with. */
  readonly error?: unknown;
}

/** A call that has closed, as far as subscribers are told. */
export interface ClosedCall {
  readonly label: string;
  /** The message that was published when it opened; null where none was. */
  readonly opened: StageMessage | null;
  readonly endNs: number;
  readonly wallNs: number;
  readonly failed: boolean;
  /** What it threw or was rejected with, where that is known. */
  readonly error: unknown;
}
