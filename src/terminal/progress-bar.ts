import { MultiBar, type SingleBar } from 'cli-progress';
import { escapeControls } from '../text/escape.js';
import { shorten } from '../text/text-width.js';
import { type Pace, type Progress, type RunningView, runningText } from './progress.js';
import { messageLine } from './say.js';

const FORMAT = '[{bar}] {value}/{total} | {failed} failed | {rate} | {left} left';
const RUNNING_FORMAT = '  {running}';
/** At most so many lines show running inputs: all lines have to fit into the terminal. */
const MOST_LINES = 8;
const REFRESH_MS = 500;

/** A bar in the last lines of a terminal, with the running inputs under it. Other lines scroll above it. */
export function progressBar(pace: Pace, stream: NodeJS.WriteStream): Progress {
  // `linewrap: true` cuts each line to the terminal.
  const bars = new MultiBar({
    stream,
    format: FORMAT,
    barsize: 24,
    linewrap: true,
    clearOnComplete: true,
    gracefulExit: false,
  });
  const payload = () => ({ failed: pace.tally.failed, rate: pace.rate, left: pace.left });
  const bar = bars.create(pace.tally.total, 0, payload());
  const lines: SingleBar[] = [];
  const update = () => {
    bar.update(pace.finished, payload());
    const running = pace.running();
    const texts = running.slice(0, MOST_LINES).map((view) => shownText(view, stream.columns));
    if (running.length > MOST_LINES) texts[MOST_LINES - 1] = `and ${running.length - MOST_LINES + 1} more`;
    while (lines.length < texts.length) lines.push(bars.create(1, 0, { running: '' }, { format: RUNNING_FORMAT }));
    for (const [index, line] of lines.entries()) line.update(0, { running: texts[index] ?? '' });
  };
  const timer = setInterval(update, REFRESH_MS);
  let stopped = false;
  const above = (text: string) => {
    bars.log(text);
    bars.update();
  };
  return {
    update,
    line: (message) => above(messageLine(message)),
    // Control characters would break the bars.
    output: (text) => above(`${escapeControls(text)}\n`),
    stop() {
      clearInterval(timer);
      if (!stopped) bars.stop();
      stopped = true;
    },
  };
}

function shownText(view: RunningView, columns: number | undefined): string {
  const width = columns !== undefined && columns > 10 ? columns - 3 : 77;
  return shorten(escapeControls(runningText(view)), width);
}
