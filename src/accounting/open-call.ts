import type { StageMessage } from '../model/stage-message.js';
import type { LabelNode } from '../store/labels.js';
import { CALL_USE } from '../store/state-memory.js';

/** Moment of a call that is not open. */
export const NEVER = -1;

/**
 * How far a call has come. Out of stack, or where the program has broken what the profiler uses, a step of the profiler
 * fails: the stage has then left its call in a state other than `running`, and the next stage takes the call out.
 */
export const CALL_STATE = {
  /** Its opening is not done: it has measured nothing. */
  opening: 0,
  running: 1,
  /** Its function has returned, or its handle ended. */
  returned: 2,
  /** Its function has thrown. */
  threw: 3,
} as const;

/** An async context, as far as a call knows it: `Frame`. */
export interface CallContext {
  /** Its innermost open handle. */
  handle: OpenCall | null;
  /** Whether a step failed that ends its call or leaves it: it may be current though its function is over. */
  left: boolean;
}

export type CallState = (typeof CALL_STATE)[keyof typeof CALL_STATE];

/**
 * A call that is open, or a free object of the pool: calls are reused, so that opening and closing allocates nothing.
 * `moment` tells one use from the next.
 *
 * Each field is written by one owner only, under whose name it stands here; the others read it. `OpenCalls` besides
 * clears what the next use of the object must not see.
 */
export class OpenCall {
  // Owner: OpenCalls. Where the call stands among the open ones.

  /** How many calls had been opened before it: its position in the order of opening. */
  moment = NEVER;
  node: LabelNode;
  /** The nearest ancestor that is still open; null for the outermost, `OpenCalls.outside`. */
  parent: OpenCall | null = null;
  /** All open calls in order of opening; `newer` also links the free objects of the pool. */
  older: OpenCall | null = null;
  newer: OpenCall | null = null;
  /** Open children. */
  children = 0;
  /** Descendants that have closed. */
  innerClosed = 0;
  overlappedAtOpen = false;

  // Owner: Accounting. `entry` is its fold's.

  /** Whether its row has it, though the call itself is not taken out yet. */
  folded = false;

  // Owner: Profiling, with StageProfiler and OpenStage in their catch blocks.

  state: CallState = CALL_STATE.opening;
  /** What its function threw, while its stage has left it in the state `threw`. */
  thrown: unknown = undefined;
  /** The callback form alone has these: its own async context, and the one in which its function was called. */
  context: CallContext | null = null;
  caller: CallContext | null = null;
  /** What subscribers were told when it opened; null where nobody listened. */
  message: StageMessage | null = null;

  // Owner: attribution/handles.ts. A handle among the open ones of its async context.

  /** That context; null for a call that is no open handle. */
  handleIn: CallContext | null = null;
  /** The handles that were opened next before it and next after it. */
  handleBelow: OpenCall | null = null;
  handleAbove: OpenCall | null = null;

  // Owner: UsageWarnings. A handle alone has these.

  openedInTurn = 0;
  isAcrossAwait = false;

  /**
   * @param poolIndex its position in the pool
   * @param entry the entry sample: slots, where the plan of folds needs them, and the cells of `module_count` modules;
   *   then `CALL_TAIL`, which a reader of a recorder needs
   */
  constructor(
    node: LabelNode,
    readonly poolIndex: number,
    readonly entry: Float64Array,
  ) {
    this.node = node;
  }

  /** Whether its entry sample has been taken, and its row has not yet all of it. */
  get isMeasured(): boolean {
    return this.entry[CALL_USE]! > 0;
  }
}
