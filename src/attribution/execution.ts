import type { LabelNode } from '../store/labels.js';
import type { Frame } from './context.js';

/** What is told which label's code runs. */
export interface RunningListener {
  /** From now on the code of `node` runs. */
  switchTo(node: LabelNode): void;
  /** The same, just after a sample was taken. */
  resume(node: LabelNode): void;
}

/** Tells listeners which label's code runs, from the frame of the async context that is running. */
export class Execution {
  /**
   * @param frame the frame whose code runs, as far as is known
   * @param selfTimes told first, because it reads what the thread has used
   */
  constructor(
    private frame: Frame,
    private readonly selfTimes: RunningListener | null,
    private readonly log: RunningListener | null = null,
  ) {}

  get current(): Frame {
    return this.frame;
  }

  /** Code of this frame runs from now on. */
  enter(frame: Frame): void {
    this.frame = frame;
    const { running } = frame;
    if (this.selfTimes !== null) this.selfTimes.switchTo(running);
    if (this.log !== null) this.log.switchTo(running);
  }

  /** The same as `enter`, just after a sample was taken. */
  resume(frame: Frame): void {
    this.frame = frame;
    const { running } = frame;
    if (this.selfTimes !== null) this.selfTimes.resume(running);
    if (this.log !== null) this.log.resume(running);
  }
}
