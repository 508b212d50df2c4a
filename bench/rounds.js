import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const trial = fileURLToPath(new URL('trial.js', import.meta.url));

/**
 * Runs the contenders of a question, each trial in a process of its own, interleaved: A B C A B C.
 *
 * @param {import('./questions/index.js').Question} question
 * @param {number} rounds
 * @param {(round: number, contender: string) => void} onTrial called before each
 * @returns {Map<string, unknown[]>} by contender, one result a round
 */
export function runRounds(question, rounds, onTrial) {
  const results = new Map(question.contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { name }] of question.contenders.entries()) {
      onTrial(round, name);
      results.get(name).push(runTrial(question, index));
    }
  }
  return results;
}

function runTrial({ name, nodeFlags = [], contenders }, index) {
  // What the caller's environment says to node or to stageprof is not part of the question.
  const { NODE_OPTIONS, STAGEPROF_NO_ADDON, LD_PRELOAD, ...env } = process.env;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...nodeFlags, trial, name, String(index)], {
    encoding: 'utf8',
    env,
  });
  if (status === 0) return JSON.parse(stdout);
  throw new Error(`${name}: the trial of "${contenders[index].name}" ended with ${signal ?? status}\n${stderr}`);
}
