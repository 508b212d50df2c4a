import type { SelfTimes } from '../accounting/self-times.js';
import type { Frame } from './context.js';

/** Tells `SelfTimes` which label's code runs, from the frame of the async context that is running. */
export class Execution {
  constructor(
    /** The frame whose code runs, as far as is known. */
    private frame: Frame,
    private readonly selfTimes: SelfTimes,
  ) {}

  get current(): Frame {
    return this.frame;
  }

  /** Code of this frame runs from now on. */
  enter(frame: Frame): void {
    this.frame = frame;
    this.selfTimes.switchTo(frame.running);
  }

  /** The same as `enter`, just after a sample was taken. */
  resume(frame: Frame): void {
    this.frame = frame;
    this.selfTimes.resume(frame.running);
  }
}
