import type { Post } from './profiled-thread.js';
import type { CpuReading } from './thread-log.js';

/** A thread that uses less CPU between two looks waits. */
const STILL_US = 5000;
/** So many looks one after another; twice as many after each time that it was no pause. */
const STILL_LOOKS = 2;
/** An answer that is not there by then does not come. */
const ANSWER_MS = 300;

/**
 * Notices that a debugger of the program has paused the main thread. Node goes on when the last session from another thread
 * has left, though the program may have resumed long ago in its own thread: so a session that stays would hang it.
 *
 * A thread in a pause answers, and it runs no microtasks, unlike one that waits for events. So does one in `Atomics.wait`;
 * but a session that begins to debug is told of a pause at once. That takes up to 60 ms of the thread.
 *
 * Used by the sampling thread only.
 */
export class PauseWatch {
  private cpuUs = Number.NaN;
  private still = 0;
  private needed = STILL_LOOKS;
  private isAsked = false;
  private isTold = false;

  constructor(private readonly post: Post) {}

  /** An event of the session. */
  paused(): void {
    this.isTold = true;
  }

  /** To be called at each look. Asks the thread at most once each time that it has begun to wait. */
  async isPaused(reading: CpuReading | null): Promise<boolean> {
    const cpuUs = reading?.cpuUs ?? Number.NaN;
    const isStill = cpuUs - this.cpuUs < STILL_US;
    this.cpuUs = cpuUs;
    if (!isStill) {
      this.still = 0;
      this.isAsked = false;
      return false;
    }
    if (++this.still < this.needed || this.isAsked) return false;
    this.isAsked = true;
    if (!(await this.answers('Runtime.evaluate', { expression: '0', silent: true }))) return false;
    // Syntax, because the program may have replaced any function.
    const microtask = { expression: '(async () => {})()', awaitPromise: true, silent: true };
    if (await this.answers('Runtime.evaluate', microtask)) return false;
    await this.answers('Debugger.enable', {});
    if (!this.isTold) await this.answers('Debugger.disable', {});
    if (!this.isTold) this.needed *= 2;
    return this.isTold;
  }

  private async answers(method: string, params: object): Promise<boolean> {
    const answer = this.post(method, params).then(
      () => true,
      () => false,
    );
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, ANSWER_MS, false));
    return await Promise.race([answer, late]);
  }
}
