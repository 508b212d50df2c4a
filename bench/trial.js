// node bench/trial.js <question> <contender> runs one trial of one contender. Its result goes to RESULT_FD, or to RESULT_FILE, as JSON.
import { writeFileSync } from 'node:fs';
import { RESULT_FD, RESULT_FILE } from './launch.js';
import { loadContender, loadQuestion } from './questions/index.js';

const [questionName, contenderName] = process.argv.slice(2);
const question = await loadQuestion(questionName);
const { operations } = question.contenders.find(({ name }) => name === contenderName);
const kind = await import(`./kinds/${question.kind}.js`);
const contender = await loadContender(question, contenderName);
const result = await kind.measure(contender, { timing: question.timing, operations });
writeFileSync(process.env[RESULT_FILE] ?? RESULT_FD, JSON.stringify(result));
