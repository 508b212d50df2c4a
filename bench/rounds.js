import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchOf, RESULT_FD, whyNotUnder } from './launch.js';

const trial = fileURLToPath(new URL('trial.js', import.meta.url));

/**
 * Runs the contenders of a question interleaved, A B C C B A, with a process of its own for each trial.
 *
 * @param {import('./questions/index.js').Question} question
 * @param {number} rounds
 * @param {(round: number, contender: string) => void} onTrial called before each
 * @returns {Map<string, unknown[]>} by contender, one result per round; without those that cannot be started here
 */
export function runRounds(question, rounds, onTrial) {
  const contenders = question.contenders.filter(({ under }) => whyNotUnder(under) === undefined);
  const results = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      onTrial(round, contender.name);
      results.get(contender.name).push(runTrial(question, contender));
    }
  }
  return results;
}

function runTrial({ name, nodeFlags = [] }, contender) {
  const { command, args, env, resultFile, clean } = launchOf(contender.under, [
    ...nodeFlags,
    trial,
    name,
    contender.name,
  ]);
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe'];
  const { status, signal, stderr, output } = spawnSync(command, args, { encoding: 'utf8', env, stdio });
  const result = status === 0 ? (resultFile === undefined ? output[RESULT_FD] : readFileSync(resultFile, 'utf8')) : '';
  clean();
  if (status === 0) return JSON.parse(result);
  throw new Error(`${name}: the trial of "${contender.name}" ended with ${signal ?? status}\n${stderr}`);
}
