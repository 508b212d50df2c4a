import { count, duration, inline, percent } from '../text/format.js';
import { messageLine } from './say.js';

/** Nothing is shown where reading takes less time. */
const FIRST_AFTER_MS = 1000;
const TERMINAL_EVERY_MS = 250;
const LINE_EVERY_MS = 10_000;

const MEGA = 1e6;

/**
 * Shows how far reading is: on a terminal in one line that is overwritten, elsewhere in plain lines.
 *
 * @param totalBytes undefined where it is not known
 */
export function readProgress(
  totalBytes: number | undefined,
  bytesRead: () => number,
  stream: NodeJS.WriteStream,
): { stop(): void } {
  const startedAtMs = performance.now();
  const isTerminal = stream.isTTY === true;
  let isShown = false;
  const show = () => {
    const elapsedMs = performance.now() - startedAtMs;
    if (elapsedMs < FIRST_AFTER_MS) return;
    const line = messageLine(progressText(bytesRead(), totalBytes, elapsedMs / 1000));
    stream.write(isTerminal ? `\r\x1b[K${line.trimEnd()}` : line);
    isShown = true;
  };
  const timer = setInterval(show, isTerminal ? TERMINAL_EVERY_MS : LINE_EVERY_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      if (isTerminal && isShown) stream.write('\r\x1b[K');
    },
  };
}

function progressText(bytes: number, totalBytes: number | undefined, seconds: number): string {
  const perSecond = bytes / seconds;
  const rate = `${inline(count(Math.round(perSecond / MEGA)))} MB/s`;
  const read = `${inline(count(Math.round(bytes / MEGA)))} MB read, ${rate}`;
  if (totalBytes === undefined || bytes === 0) return read;
  const left = Math.max(0, totalBytes - bytes) / perSecond;
  return `${inline(percent(Math.min(1, bytes / totalBytes)))}, ${read}, ${inline(duration(left))} left`;
}
