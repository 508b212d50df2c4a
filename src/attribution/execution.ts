import type { LabelNode } from '../store/labels.js';
import type { Frame } from './context.js';

/** What is told which label's code runs. */
export interface RunningListener {
  /** From now on the code of `node` runs. */
  switchTo(node: LabelNode): void;
  /** The same, just after a sample was taken. */
  resume(node: LabelNode): void;
}

/** A listener that reads what the thread has used. */
export interface UseListener extends RunningListener {
  /** Whether the event loop has waited since code of a stage ran, which ends what is charged to it. */
  readonly hasWaited: boolean;
}

/** Tells listeners which label's code runs, from the frame of the async context that is running. */
export class Execution {
  /**
   * @param frame the frame whose code runs, as far as is known
   * @param selfTimes told first, because it reads what the thread has used
   */
  constructor(
    private frame: Frame,
    private readonly selfTimes: UseListener | null,
    private readonly log: RunningListener | null = null,
  ) {}

  get current(): Frame {
    return this.frame;
  }

  /**
   * Code of this frame runs from now on. Most awaits continue in the frame that ran before. Its label is then the same too:
   * whatever opens or ends a call ends with `resume`.
   */
  enter(frame: Frame): void {
    const { selfTimes } = this;
    if (frame === this.frame && (selfTimes === null || !selfTimes.hasWaited)) return;
    const { running } = frame;
    if (selfTimes !== null) selfTimes.switchTo(running);
    if (this.log !== null) this.log.switchTo(running);
    // Last: a switch that fails is made the next time.
    this.frame = frame;
  }

  /** The same as `enter`, just after a sample was taken. */
  resume(frame: Frame): void {
    const { running } = frame;
    if (this.selfTimes !== null) this.selfTimes.resume(running);
    if (this.log !== null) this.log.resume(running);
    this.frame = frame;
  }
}
