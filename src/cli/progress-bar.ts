import { basename } from 'node:path';
import { MultiBar } from 'cli-progress';
import { escapeControls } from '../report/escape.js';
import { shorten } from '../report/text-width.js';
import type { Pace, Progress } from './progress.js';
import { messageLine } from './say.js';

const FORMAT = '[{bar}] {value}/{total} | {failed} failed | {rate} | {left} left | {current}';
const CURRENT_WIDTH = 40;

/** cli-progress reschedules this timer at each redraw. */
type Timed = { timer: NodeJS.Timeout | null };

/** A bar on the last line of a terminal; lines that are said scroll above it. */
export function progressBar(pace: Pace, stream: NodeJS.WritableStream): Progress {
  // Of several bars one: only those can have lines written above them. `linewrap: true` cuts the bar to the terminal.
  const bars = new MultiBar({
    stream,
    format: FORMAT,
    barsize: 24,
    linewrap: true,
    clearOnComplete: true,
    gracefulExit: false,
  });
  // Else a promise that never settles would keep the process for ever, instead of being noticed.
  const unref = () => (bars as unknown as Timed).timer?.unref();
  bars.on('update-post', unref);
  const payload = (current: string) => ({
    failed: pace.tally.failed,
    rate: pace.rate,
    left: pace.left,
    current: shorten(escapeControls(basename(current)), CURRENT_WIDTH),
  });
  const bar = bars.create(pace.tally.total, 0, payload(''));
  unref();
  let stopped = false;
  return {
    update(current) {
      bar.update(pace.finished, payload(current));
    },
    line(message) {
      bars.log(messageLine(message));
      bars.update();
    },
    stop() {
      if (!stopped) bars.stop();
      stopped = true;
    },
  };
}
