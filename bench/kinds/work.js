// Questions about the CPU that a profiler adds to the work of a whole program: on its main thread, and in all threads.
import { readFileSync } from 'node:fs';
import { estimateOf, median } from '../statistics.js';
import { ratioText } from '../units.js';

const CERTAINTY = '95 %';

export const headings = [
  'contender',
  'main thread',
  'ratio',
  CERTAINTY,
  'all threads',
  'ratio',
  CERTAINTY,
  'start',
  'end',
];

/**
 * @typedef {object} Trial CPU in milliseconds, of all threads but for `mainMs`
 * @property {number} startMs until the profiler is ready
 * @property {number} mainMs of the main thread, while the program works
 * @property {number} allMs while the program works
 * @property {number} endMs when the program has ended
 */

/**
 * One trial runs the contender's program once.
 *
 * @param {{ start(): () => Promise<unknown>, end(): void }} contender
 * @returns {Promise<Trial>}
 */
export async function measure(contender) {
  const readings = [cpuMs()];
  const work = contender.start();
  readings.push(cpuMs());
  await work();
  readings.push(cpuMs());
  contender.end();
  readings.push(cpuMs());
  const [start, run, end] = readings.slice(1).map(({ main, all }, index) => ({
    main: main - readings[index].main,
    all: all - readings[index].all,
  }));
  return { startMs: start.all, mainMs: run.main, allMs: run.all, endMs: end.all };
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  // Its first number is what the scheduler has counted, without the ticks that other counters are in.
  const main = Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  return { main, all: (user + system) / 1000 };
}

export function rowsOf({ contenders }, results) {
  return contenders.map((contender) => {
    const trials = results.get(contender.name);
    const against = contender.baseline ?? contender.name;
    const isBaseline = against === contender.name;
    const cells = ['mainMs', 'allMs'].flatMap((of) => [
      milliseconds(median(trials.map((trial) => trial[of]))),
      ...(isBaseline ? ['baseline', ''] : ratioTexts(ratiosOf(trials, results.get(against), of))),
    ]);
    const fixed = ['startMs', 'endMs'].map((of) => milliseconds(median(trials.map((trial) => trial[of]))));
    return [contender.name, ...cells, ...fixed];
  });
}

/** @returns {{ isMet: boolean, found: string }} */
export function judge({ contender, against, of, ratioAtMost }, results) {
  const estimate = ratiosOf(results.get(contender), results.get(against), of);
  const [ratio, interval] = ratioTexts(estimate);
  return { isMet: estimate.estimate <= ratioAtMost, found: `${ratio} (${CERTAINTY} ${interval})` };
}

/** The median of the ratios of each round. */
function ratiosOf(trials, baseline, of) {
  return estimateOf(trials.map((trial, round) => [trial[of] / baseline[round][of]]));
}

function ratioTexts({ estimate, low, high }) {
  return [ratioText(estimate), `${ratioText(low)} to ${ratioText(high)}`];
}

function milliseconds(ms) {
  return `${ms.toFixed(0)} ms`;
}
