import type { StageRing } from './stage-ring.js';

/** What the main thread hands to the sampling thread at its start. */
export interface SamplingPlan {
  readonly ring: StageRing;
  /** `SAMPLING_STATE` words. */
  readonly state: Int32Array;
  readonly hz: number;
  /** Where the profile is kept while the program runs, as `keptText` writes it; null for nowhere. */
  readonly file: string | null;
  /** Whether the kernel's counters of the main thread go together with the CPU in its log. */
  readonly takesReadings: boolean;
  /** The kernel's id of the main thread. */
  readonly tid: number;
  /** The channel on which worker threads tell where their logs are. */
  readonly channel: string;
}

/** Words of memory that both threads share. */
export const SAMPLING_STATE = { phase: 0, answered: 1, begun: 2 } as const;
export const SAMPLING_WORDS = 3;

/** A session may not be opened any more once the program has ended: Node would print a message about it. */
export const PHASE = { starting: 0, connected: 1, over: 2 } as const;

export type ToSampling = { readonly type: 'label'; readonly id: number; readonly label: string } | FlushRequest;

export interface FlushRequest {
  readonly type: 'flush';
  readonly id: number;
  readonly isLast: boolean;
  /** Otherwise the answer has no profile. */
  readonly wantsPprof: boolean;
}

/**
 * Words of memory in which the sampling thread answers the log of a worker thread: the rate at which the thread is sampled, 0
 * for not at all, and 1 when nobody samples it any more, or ever will.
 */
export const HEARD = { hz: 0, isOver: 1 } as const;
export const HEARD_WORDS = 2;

/** From worker threads of the program. */
export type FromThread =
  | { readonly type: 'log'; readonly thread: number; readonly ring: StageRing; readonly heard: Int32Array }
  /** `ended` becomes 1 when the last profile is taken. */
  | { readonly type: 'ending'; readonly thread: number; readonly ended: Int32Array }
  | { readonly type: 'thread label'; readonly thread: number; readonly id: number; readonly label: string };

/** The answer to `flush`. */
export interface Flushed {
  readonly id: number;
  /** As `writePprof` makes it; empty if it was not asked for. */
  readonly pprof: Uint8Array;
  readonly account: SamplingAccount;
}

/** How the sampling went. */
export interface SamplingAccount {
  readonly hz: number;
  /** Of all threads, while they were not idle. */
  readonly samples: number;
  /** How long the first start of V8's profiler has stopped the main thread; null before it has. */
  readonly startPauseMs: number | null;
  /** What went wrong and how often. */
  readonly warnings: readonly { readonly text: string; readonly count: number }[];
  /** Why nothing is sampled; null where it is. */
  readonly missing: string | null;
}

export const NOTHING_SAMPLED: SamplingAccount = { hz: 0, samples: 0, startPauseMs: null, warnings: [], missing: null };
