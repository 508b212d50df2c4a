import { escapeControls } from '../text/escape.js';
import { LastLines } from './last-lines.js';
import { type Pace, type Progress, runningText } from './progress.js';
import { messageLine } from './say.js';

const BAR_CELLS = 24;
/** At most so many lines show running inputs: all lines have to fit into the terminal. */
const MOST_LINES = 8;
/** Inputs may end faster than a terminal draws. */
const SOONEST_MS = 100;
/** Rates and times change also where no input begins or ends. */
const LATEST_MS = 500;

/** A bar in the last lines of a terminal, with the running inputs under it. Other lines scroll above it. */
export function progressBar(pace: Pace, stream: NodeJS.WriteStream): Progress {
  const lines = new LastLines(stream);
  let drawnAtMs = 0;
  let isStale = false;
  const draw = () => {
    drawnAtMs = performance.now();
    isStale = false;
    lines.draw([barLine(pace), ...runningLines(pace)]);
  };
  draw();
  const timer = setInterval(() => {
    if (isStale || performance.now() - drawnAtMs >= LATEST_MS) draw();
  }, SOONEST_MS);
  return {
    update() {
      isStale = true;
    },
    line: (message) => lines.writeAbove(messageLine(message)),
    // Control characters would break the lines below.
    output: (text) => lines.writeAbove(`${escapeControls(text)}\n`),
    stop() {
      clearInterval(timer);
      lines.draw([]);
    },
  };
}

function barLine({ tally, finished, rate, left }: Pace): string {
  const done = Math.floor((tally.total === 0 ? 1 : finished / tally.total) * BAR_CELLS);
  const bar = '='.repeat(done).padEnd(BAR_CELLS, '-');
  return `[${bar}] ${finished}/${tally.total} | ${tally.failed} failed | ${rate} | ${left} left`;
}

function runningLines(pace: Pace): string[] {
  const running = pace.running();
  const lines = running.slice(0, MOST_LINES).map((view) => `  ${escapeControls(runningText(view))}`);
  if (running.length > MOST_LINES) lines[MOST_LINES - 1] = `  and ${running.length - MOST_LINES + 1} more`;
  return lines;
}
