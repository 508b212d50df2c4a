// node bench/turn-trial.js <question> <contender> runs one contender, which waits for its turns. Each line on stdin is
// a number of iterations. Each line of the answer, on RESULT_FD, is JSON with the time that they took.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { RESULT_FD } from './launch.js';
import { loadContender, loadQuestion } from './questions/index.js';

const [questionName, contenderName] = process.argv.slice(2);
const { run } = await loadContender(await loadQuestion(questionName), contenderName);

for await (const line of createInterface({ input: process.stdin })) {
  const iterations = Number(line);
  const cpuBefore = process.cpuUsage();
  const began = process.hrtime.bigint();
  await run(iterations);
  const wallNs = Number(process.hrtime.bigint() - began);
  const { user, system } = process.cpuUsage(cpuBefore);
  const answer = { wallNs: wallNs / iterations, cpuNs: ((user + system) * 1000) / iterations };
  writeSync(RESULT_FD, `${JSON.stringify(answer)}\n`);
}
