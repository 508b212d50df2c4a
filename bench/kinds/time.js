// Questions about time: nanoseconds per operation, and ratios of them.
import { median, pairedRatios, spreadOf } from '../statistics.js';
import { nanoseconds, ratioText } from '../units.js';

/**
 * @typedef {object} Timing
 * @property {number} warmUpMs how long it runs first, without being counted
 * @property {number} batchMs length of one batch
 * @property {number} batches how many; their median is the trial's result
 * @property {'wall' | 'cpu'} clock `cpu` is the CPU of all threads of the process, for work that also waits
 */

/** @type {Timing} */
const DEFAULT_TIMING = { warmUpMs: 300, batchMs: 25, batches: 15, clock: 'wall' };

/** Shortest run from which the length of a batch is computed. */
const FORESEEN_FROM_NS = 2e6;

export const headings = ['contender', 'median', 'min to max', 'ratio', 'min to max'];

/**
 * Runs one trial, in the contender's own process.
 *
 * @param {{ run(iterations: number): void | Promise<unknown>, operationsPerRun?: number }} contender
 * @returns {Promise<number>} nanoseconds per operation
 */
export async function measure({ run, operationsPerRun = 1 }, { timing = {} }) {
  const { warmUpMs, batchMs, batches, clock } = { ...DEFAULT_TIMING, ...timing };
  let iterations = 1;
  let warmUpNs = 0;
  let lastNs = 0;
  while (warmUpNs < warmUpMs * 1e6 || lastNs < FORESEEN_FROM_NS) {
    if (lastNs < FORESEEN_FROM_NS) iterations *= 2;
    lastNs = await timeNs(run, iterations, CLOCKS[clock]);
    warmUpNs += lastNs;
  }
  iterations = Math.max(1, Math.round((iterations * batchMs * 1e6) / lastNs));
  const results = [];
  for (let batch = 0; batch < batches; batch++) {
    results.push((await timeNs(run, iterations, CLOCKS[clock])) / iterations / operationsPerRun);
  }
  return median(results);
}

const CLOCKS = {
  wall: () => Number(process.hrtime.bigint()),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) * 1000;
  },
};

async function timeNs(run, iterations, readNs) {
  const start = readNs();
  const pending = run(iterations);
  // Only if there is a promise: awaiting nothing would add its cost to the time of all others.
  if (pending !== undefined) await pending;
  return readNs() - start;
}

/**
 * @param {Map<string, number[]>} results by contender, one value per round
 * @returns {string[][]} one row per contender
 */
export function rowsOf({ contenders, baseline }, results) {
  return contenders.map((contender) => {
    const { name } = contender;
    const values = results.get(name);
    const against = contender.baseline ?? baseline;
    const ratio = pairedRatios(values, results.get(against));
    return [
      name,
      nanoseconds(median(values)),
      spreadText(spreadOf(values), nanoseconds),
      name === against ? 'baseline' : ratioText(ratio.median),
      name === against ? '' : spreadText(ratio, ratioText),
    ];
  });
}

/**
 * Checks one budget against the results.
 *
 * - `nsAtMost` limits the median.
 * - `against` with `ratioAtMost` limits the median of the ratios of each round.
 * - `against` with `addedNsAtMost` limits the median of the differences of each round.
 * - `against` with `noise`: `noise` does the same as `against`. The contender cannot be told from `against` if the
 *   median of their ratios is no further from 1 than the furthest ratio of `noise`.
 *
 * @returns {{ isMet: boolean, found: string }}
 */
export function judge(budget, results) {
  const values = results.get(budget.contender);
  if (budget.nsAtMost !== undefined) {
    const ns = median(values);
    return { isMet: ns <= budget.nsAtMost, found: nanoseconds(ns) };
  }
  const against = results.get(budget.against);
  if (budget.addedNsAtMost !== undefined) {
    const added = spreadOf(values.map((value, round) => value - against[round]));
    return {
      isMet: added.median <= budget.addedNsAtMost,
      found: `${nanoseconds(added.median)} (${spreadText(added, nanoseconds)})`,
    };
  }
  const ratio = pairedRatios(values, against);
  const found = `${ratioText(ratio.median)} (${spreadText(ratio, ratioText)})`;
  if (budget.noise === undefined) return { isMet: ratio.median <= budget.ratioAtMost, found };
  const noise = pairedRatios(results.get(budget.noise), against);
  const widest = Math.max(distance(noise.min), distance(noise.max));
  return {
    isMet: distance(ratio.median) <= widest,
    found: `${found}, the same code against itself ${spreadText(noise, ratioText)}`,
  };
}

/** How far a ratio is from 1, in either direction. */
function distance(ratio) {
  return Math.abs(Math.log(ratio));
}

function spreadText({ min, max }, format) {
  return `${format(min)} to ${format(max)}`;
}
