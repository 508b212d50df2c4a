// Questions about one thread of a program that waits: which share of a core it takes.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { spreadOf } from '../statistics.js';

/** After it has grown, a program is looked at once, whatever that costs. The budget for looks counts over a minute. */
const SETTLE_MS = 5000;
const WINDOW_MS = 30_000;

export const headings = ['contender', 'of a core', 'min to max', 'only to wake', 'min to max'];

/**
 * @param {{ thread: string, floor: string }} contender names of the thread, and of one that only wakes as often
 * @returns {Promise<{ percent: number, floorPercent: number }>}
 */
export async function measure({ thread, floor }) {
  await sleep(SETTLE_MS);
  const folders = [thread, floor].map(taskFolder);
  const before = folders.map(cpuNs);
  const began = process.hrtime.bigint();
  await sleep(WINDOW_MS);
  const after = folders.map(cpuNs);
  const elapsedNs = Number(process.hrtime.bigint() - began);
  const [percent, floorPercent] = after.map((ns, i) => (100 * (ns - before[i])) / elapsedNs);
  return { percent, floorPercent };
}

function taskFolder(name) {
  const folders = readdirSync('/proc/self/task').map((id) => `/proc/self/task/${id}`);
  const found = folders.find((folder) => readFileSync(`${folder}/comm`, 'utf8').trim() === name);
  if (found === undefined) throw new Error(`there is no thread ${name}`);
  return found;
}

/** Its first number is what the scheduler has counted, without the ticks that utime and stime are counted in. */
function cpuNs(folder) {
  return Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]);
}

export function rowsOf({ contenders }, results) {
  return contenders.map(({ name }) => {
    const trials = results.get(name);
    const cells = ['percent', 'floorPercent'].flatMap((member) => {
      const { median, min, max } = spreadOf(trials.map((trial) => trial[member]));
      return [percentText(median), `${percentText(min)} to ${percentText(max)}`];
    });
    return [name, ...cells];
  });
}

/** Compares the median with the budget. What a thread that only wakes takes is part of it. */
export function judge({ contender, percentAtMost }, results) {
  const { median, min, max } = spreadOf(results.get(contender).map(({ percent }) => percent));
  return {
    isMet: median <= percentAtMost,
    found: `${percentText(median)} (${percentText(min)} to ${percentText(max)})`,
  };
}

function percentText(percent) {
  return `${percent.toFixed(2)} %`;
}
