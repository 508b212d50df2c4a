import { basename } from 'node:path';
import { duration, inline, size } from '../text/format.js';
import { messageLine } from './say.js';

export interface Tally {
  readonly total: number;
  done: number;
  failed: number;
}

/** An input that runs now. */
export interface RunningView {
  readonly input: string;
  /** The innermost open stage; null where it is not known. */
  readonly stage: string | null;
  /** Resident memory of its process; null where not measured. */
  readonly rssKib: number | null;
  readonly forMs: number;
}

/** Shows how far a run is. Lines that are printed through it stay readable beside a bar. */
export interface Progress {
  /** Called when an input begins and when it ends. */
  update(): void;
  line(message: string): void;
  /** A line that is not stageprof's own. */
  output(line: string): void;
  /** Idempotent. */
  stop(): void;
}

/** So rarely that the log file of a run of hours stays readable. */
const LINE_EVERY_MS = 10_000;

/** How fast a run gets on, from its tally and the inputs that run. */
export class Pace {
  readonly #startedAtMs = performance.now();

  constructor(
    readonly tally: Tally,
    readonly running: () => readonly RunningView[] = () => [],
  ) {}

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
    // An input that alone takes longer is unlike those that the estimate comes from.
    if (this.running().some(({ forMs }) => forMs / 1000 > seconds)) return '?';
    return seconds < 120 ? `${Math.ceil(seconds)} s` : inline(duration(seconds));
  }

  #perSecond(): number {
    const elapsedMs = performance.now() - this.#startedAtMs;
    return elapsedMs > 0 ? (this.finished / elapsedMs) * 1000 : 0;
  }
}

/** `scan.tif in ocr.page, 231 MiB, 12 s` */
export function runningText({ input, stage, rssKib, forMs }: RunningView): string {
  const where = stage === null ? '' : ` in ${stage}`;
  const memory = rssKib === null ? '' : `, ${inline(size(rssKib))}`;
  return `${basename(input)}${where}${memory}, ${Math.round(forMs / 1000)} s`;
}

/** Plain lines at a steady interval, also while one input takes long. */
export function progressLines(pace: Pace, stream: NodeJS.WritableStream): Progress {
  const line = (message: string) => void stream.write(messageLine(message));
  const timer = setInterval(() => {
    const { finished, tally, rate, left } = pace;
    const running = pace.running().map(runningText);
    const now = running.length === 0 ? '' : `; now ${running.join('; ')}`;
    line(`${finished} of ${tally.total}, ${tally.failed} failed, ${rate}, ${left} left${now}`);
  }, LINE_EVERY_MS);
  return {
    update() {},
    line,
    output: (text) => void stream.write(`${text}\n`),
    stop() {
      clearInterval(timer);
    },
  };
}
