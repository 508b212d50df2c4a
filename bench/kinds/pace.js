// Questions about stages that come once in a while, in a program that does something else in between: the JS of a
// boundary is not compiled yet, and the caches hold other data.
import { whyNotUnder } from '../launch.js';
import { median, spreadOf } from '../statistics.js';
import { nanoseconds, ratioText } from '../units.js';

/**
 * @typedef {object} Pace
 * @property {number} paceMs from the start of one call to that of the next
 * @property {number} calls in the life of the process
 *
 * @typedef {object} Trial
 * @property {number} wallNs time of a call outside of its work, the median
 * @property {number} cpuNs CPU of all threads for each call, with all that is done between calls
 */

const BETWEEN_BYTES = 2 ** 20;
const WORK_BYTES = 2 ** 14;
const LINE_BYTES = 64;
const NS_PER_MS = 1e6;

export const headings = ['contender', 'wall at the boundaries', 'min to max', 'CPU of all threads', 'min to max'];

/**
 * Runs one trial: a program of `calls` calls. It blocks between them, so that only what a call causes uses CPU.
 *
 * @param {{ call(work: () => void): void }} contender
 * @param {{ timing: Pace }} question
 * @returns {Trial}
 */
export function measure({ call }, { timing: { paceMs, calls } }) {
  const memory = new Uint8Array(BETWEEN_BYTES);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const now = process.hrtime.bigint;
  const boundaries = [];
  let workBegan = 0n;
  let workEnded = 0n;
  const work = () => {
    workBegan = now();
    touch(memory, WORK_BYTES);
    workEnded = now();
  };
  const cpuBefore = process.cpuUsage();
  const began = Number(now());
  for (let index = 0; index < calls; index++) {
    touch(memory, BETWEEN_BYTES);
    const before = now();
    call(work);
    const after = now();
    boundaries.push(Number(workBegan - before + (after - workEnded)));
    const leftMs = paceMs * (index + 1) - (Number(now()) - began) / NS_PER_MS;
    if (leftMs > 0) Atomics.wait(sleeper, 0, 0, leftMs);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallNs: median(boundaries), cpuNs: ((user + system) * 1000) / calls };
}

function touch(memory, bytes) {
  for (let at = 0; at < bytes; at += LINE_BYTES) memory[at]++;
}

/**
 * What each contender costs beyond the baseline, which runs the same program without a stage.
 *
 * @param {Map<string, Trial[]>} results by contender, one per round
 * @returns {string[][]} one row per contender
 */
export function rowsOf({ contenders, baseline }, results) {
  return contenders.map(({ name, under }) => {
    if (!results.has(name)) return [name, `left out: ${whyNotUnder(under)}`, '', '', ''];
    const cells = ['wallNs', 'cpuNs'].flatMap((of) => {
      const against = name === baseline ? undefined : results.get(baseline);
      const spread = spreadOf(beyond(results.get(name), against, of));
      return [nanoseconds(spread.median), spreadText(spread, nanoseconds)];
    });
    return [name === baseline ? `${name} (the others are beyond it)` : name, ...cells];
  });
}

/**
 * Checks one budget against the results. `of` is `wallNs` or `cpuNs`, beyond the contender `none`.
 *
 * - `nsAtMost` limits the median.
 * - `against` with `ratioAtMost` or `addedNsAtMost` limits the median of the ratios, or differences, of each round.
 *
 * @returns {{ isMet: boolean, found: string }}
 */
export function judge({ contender, none, of = 'wallNs', against, nsAtMost, ratioAtMost, addedNsAtMost }, results) {
  const valuesOf = (name) => beyond(results.get(name), results.get(none), of);
  const values = valuesOf(contender);
  if (nsAtMost !== undefined) return verdict(values, nsAtMost, nanoseconds);
  const others = valuesOf(against);
  if (addedNsAtMost !== undefined) {
    return verdict(
      values.map((value, round) => value - others[round]),
      addedNsAtMost,
      nanoseconds,
    );
  }
  return verdict(
    values.map((value, round) => value / others[round]),
    ratioAtMost,
    ratioText,
  );
}

function verdict(values, atMost, format) {
  const spread = spreadOf(values);
  return { isMet: spread.median <= atMost, found: `${format(spread.median)} (${spreadText(spread, format)})` };
}

function beyond(trials, against, of) {
  return trials.map((trial, round) => trial[of] - (against?.[round][of] ?? 0));
}

function spreadText({ min, max }, format) {
  return `${format(min)} to ${format(max)}`;
}
