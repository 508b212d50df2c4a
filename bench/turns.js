import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { launchOf, RESULT_FD, whyNotUnder } from './launch.js';

/**
 * @typedef {object} Turns
 * @property {number} turnMs length of the baseline's turn; all contenders do the same work in theirs
 * @property {number} turns how many each contender has in a round, an even number
 *
 * @typedef {{ wallNs: number, cpuNs: number }} Reading of one turn, per operation
 */

const trial = fileURLToPath(new URL('turn-trial.js', import.meta.url));
const WARM_UP_TURNS = 4;
/** Shortest run from which the length of a turn is computed, as a share of that turn. */
const FORESEEN_FROM = 0.25;
const FORESEEING_RUNS = 3;

/**
 * Runs the contenders of a question that may differ by a percent or less. The processes of a baseline and its
 * contenders exist side by side and work in turns of some milliseconds, A B C C B A, so that the machine changes little
 * between two turns that are compared. Each round has new processes, because where the system puts a process in memory
 * is part of what it costs.
 *
 * @param {import('./questions/index.js').Question} question
 * @param {number} rounds
 * @param {(round: number, contender: string) => void} onTrial called before each
 * @returns {Promise<Map<string, Reading[][]>>} by contender, the turns of each round; a contender that cannot run here is missing
 */
export async function runTurns(question, rounds, onTrial) {
  const able = question.contenders.filter(({ under }) => whyNotUnder(under) === undefined);
  const results = new Map(able.map(({ name }) => [name, []]));
  const baselines = able.filter((contender) => baselineOf(question, contender) === contender.name);
  for (let round = 0; round < rounds; round++) {
    for (const { name: baseline } of baselines) {
      const group = able.filter((contender) => baselineOf(question, contender) === baseline);
      onTrial(round, group.length === able.length ? 'all' : `${baseline} and what is beside it`);
      const readings = await runGroup(question, group, baseline);
      for (const [name, turns] of readings) results.get(name).push(turns);
    }
  }
  return results;
}

export function baselineOf({ baseline }, contender) {
  return contender.baseline ?? baseline;
}

async function runGroup(question, group, baseline) {
  const { turnMs, turns } = question.timing;
  const trials = group.map((contender) => openTrial(question, contender));
  try {
    const iterations = await foreseeIterations(
      trials.find(({ name }) => name === baseline),
      turnMs,
    );
    const shareOf = ({ workShare }) => Math.max(1, Math.round(iterations * workShare));
    for (const each of trials) {
      for (let turn = 0; turn < WARM_UP_TURNS; turn++) await each.run(shareOf(each));
    }
    const readings = new Map(trials.map(({ name }) => [name, []]));
    for (let turn = 0; turn < turns; turn++) {
      for (const each of turn % 2 === 0 ? trials : trials.toReversed()) {
        readings.get(each.name).push(await each.run(shareOf(each)));
      }
    }
    return readings;
  } finally {
    await Promise.all(trials.map((each) => each.close()));
  }
}

/** Finds how many iterations of the baseline fill a turn. */
async function foreseeIterations(trial, turnMs) {
  for (let iterations = 1; ; iterations *= 2) {
    let leastMs = Number.POSITIVE_INFINITY;
    // The shortest run counts, because any one of them may have been interrupted for longer than a turn.
    for (let run = 0; run < FORESEEING_RUNS; run++) {
      const { wallNs } = await trial.run(iterations);
      leastMs = Math.min(leastMs, (wallNs * iterations) / 1e6);
    }
    if (leastMs >= turnMs * FORESEEN_FROM) return Math.max(1, Math.round((iterations * turnMs) / leastMs));
  }
}

function openTrial(question, { name, under, workShare = 1 }) {
  const { nodeFlags = [] } = question;
  const { command, args, env, clean } = launchOf(under, [...nodeFlags, trial, question.name, name]);
  const child = spawn(command, args, { env, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  // Writing to a process that has ended fails. `run` reports the end itself.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdio[RESULT_FD] })[Symbol.asyncIterator]();
  return {
    name,
    workShare,
    async run(iterations) {
      child.stdin.write(`${iterations}\n`);
      const { done, value } = await lines.next();
      if (!done) return JSON.parse(value);
      const [status, signal] = await ended;
      throw new Error(`${question.name}: the trial of "${name}" ended with ${signal ?? status}\n${stderr}`);
    },
    async close() {
      child.stdin.end();
      await ended;
      clean();
    },
  };
}
