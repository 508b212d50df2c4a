import { basename } from 'node:path';
import { duration, inline } from '../report/format.js';
import { messageLine } from './say.js';

export interface Tally {
  readonly total: number;
  done: number;
  failed: number;
}

/** Shows how far a run is. Lines said through it stay readable beside a bar. */
export interface Progress {
  /** Called when an input begins and when it ends. */
  update(current: string): void;
  line(message: string): void;
  /** Idempotent. */
  stop(): void;
}

/** For a log file, where a run of hours has to stay readable. */
const LINE_EVERY_MS = 10_000;

/** What there is to say of a run, from its tally. */
export class Pace {
  readonly #startedAtMs = performance.now();
  #begunAtMs = this.#startedAtMs;

  constructor(readonly tally: Tally) {}

  /** An input begins. */
  begin(): void {
    this.#begunAtMs = performance.now();
  }

  get finished(): number {
    return this.tally.done + this.tally.failed;
  }

  get elapsed(): string {
    return inline(duration((performance.now() - this.#startedAtMs) / 1000));
  }

  get rate(): string {
    const perSecond = this.#perSecond();
    return perSecond >= 1 || perSecond === 0 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`;
  }

  get left(): string {
    const seconds = (this.tally.total - this.finished) / this.#perSecond();
    if (!Number.isFinite(seconds)) return '?';
    // An input that alone takes longer is none of those the estimate was made from.
    if ((performance.now() - this.#begunAtMs) / 1000 > seconds) return '?';
    return seconds < 120 ? `${Math.ceil(seconds)} s` : inline(duration(seconds));
  }

  #perSecond(): number {
    const elapsedMs = performance.now() - this.#startedAtMs;
    return elapsedMs > 0 ? (this.finished / elapsedMs) * 1000 : 0;
  }
}

/** Plain lines at a steady interval, also while one input takes long. */
export function progressLines(pace: Pace, stream: NodeJS.WritableStream): Progress {
  let current = '';
  const line = (message: string) => void stream.write(messageLine(message));
  const timer = setInterval(() => {
    const { finished, tally, rate, left } = pace;
    line(`${finished} of ${tally.total}, ${tally.failed} failed, ${rate}, ${left} left, now ${basename(current)}`);
  }, LINE_EVERY_MS);
  // Else a promise that never settles would keep the process for ever, instead of being noticed.
  timer.unref();
  return {
    update(input) {
      current = input;
    },
    line,
    stop() {
      clearInterval(timer);
    },
  };
}
