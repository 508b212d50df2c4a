// node bench/trial.js <question> <contender index>: one trial of one contender, its result as JSON on stdout.
import { loadQuestion } from './questions/index.js';

const [questionName, index] = process.argv.slice(2);
const question = await loadQuestion(questionName);
const { module, options, operations } = question.contenders[Number(index)];
const kind = await import(`./kinds/${question.kind}.js`);
const { open } = await import(`./contenders/${module}.js`);
const contender = open(options ?? {});
const result = kind.measure(contender, { timing: question.timing, operations });
process.stdout.write(JSON.stringify(result));
