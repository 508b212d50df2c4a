// Questions about `overhead_s`: what a program's thread uses with a profiler and without, and what the report tells of it.
import { median, spreadOf } from '../statistics.js';
import { nanoseconds } from '../units.js';

export const headings = ['contender', 'added', 'told', 'told / added', 'min to max'];

/**
 * Runs one trial, in the contender's own process. It does not warm up: most stages of real programs are interpreted.
 *
 * @returns {Promise<{ cpuNs: number, toldNs: number }>} for an operation
 */
export async function measure({ run }, { operations }) {
  const { cpuNs, toldNs } = await run(operations);
  return { cpuNs: cpuNs / operations, toldNs: toldNs / operations };
}

export function rowsOf({ contenders }, results) {
  return contenders.flatMap(({ name, baseline }) => {
    if (baseline === undefined) return [];
    const { addedNs, toldNs, ratio, spread } = truthOf(results.get(name), results.get(baseline));
    return [[name, nanoseconds(addedNs), nanoseconds(toldNs), ratio.toFixed(2), spread]];
  });
}

/** @returns {{ isMet: boolean, found: string }} whether what is told is within a share of what is added */
export function judge({ contender, against, within }, results) {
  const { ratio, spread } = truthOf(results.get(contender), results.get(against));
  return { isMet: Math.abs(ratio - 1) <= within, found: `${ratio.toFixed(2)} (${spread})` };
}

/** The median of what is told over that of what is added, round by round. */
function truthOf(trials, baseline) {
  const added = trials.map(({ cpuNs }, round) => cpuNs - baseline[round].cpuNs);
  const addedNs = median(added);
  const toldNs = median(trials.map((trial) => trial.toldNs));
  const { min, max } = spreadOf(trials.map((trial, round) => trial.toldNs / added[round]));
  return { addedNs, toldNs, ratio: toldNs / addedNs, spread: `${min.toFixed(2)} to ${max.toFixed(2)}` };
}
