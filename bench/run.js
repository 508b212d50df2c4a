// npm run bench -- [question…] [--quick] [--rounds N] [--write] [--check]
import { parseArgs } from 'node:util';
import { openLargeFiles } from './large-files.js';
import { kernel, lastingFacts, loadText, machineFacts } from './machine.js';
import { buildNativeAddon } from './native-addon.js';
import { loadQuestion, QUESTION_NAMES } from './questions/index.js';
import { answerMarkdown, answerText, factsMarkdown, factsText } from './render.js';
import { RUNNERS } from './runners.js';
import { writeResults } from './written-results.js';

const ROUNDS = 9;
const QUICK_ROUNDS = 3;
const USAGE = `usage: node bench/run.js [question…] [--quick] [--rounds N] [--write] [--check]
  --quick      ${QUICK_ROUNDS} rounds, instead of ${ROUNDS} or of the question's own number
  --rounds N   that many rounds
  --write      put the results into bench/README.md, in place of the former ones of the same questions
  --check      exit with 1 when a budget is missed
STAGEPROF_BENCH_LARGEST=1 adds files of 10,000,000 rows, 15 GB in the temporary folder, to summarize-growth.
questions: ${QUESTION_NAMES.join(', ')}
`;

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

async function main() {
  const settings = readArguments();
  if (settings === undefined) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  if (settings.help) {
    process.stdout.write(`${USAGE}${await questionsText()}`);
    return;
  }
  await refuseFallback();
  buildNativeAddon();
  openLargeFiles();

  process.stdout.write(`${factsText([...machineFacts(), ['load before', loadText()]])}\n`);
  const answers = [];
  for (const name of settings.names) {
    const answer = await answerTo(await loadQuestion(name), settings.rounds);
    answers.push(answer);
    process.stdout.write(`${answerText(answer)}\n`);
  }
  const verdicts = answers.flatMap((answer) => answer.verdicts);
  const missed = verdicts.filter(({ isMet }) => !isMet).length;
  const summary =
    missed === 0 ? `all ${verdicts.length} budgets met` : `${missed} of ${verdicts.length} budgets MISSED`;
  process.stdout.write(`${factsText([['load after', loadText()]])}${summary}\n`);

  if (settings.write) {
    writeResults(
      factsMarkdown(lastingFacts()),
      new Map(answers.map((answer) => [answer.question.name, answerMarkdown(answer)])),
    );
  }
  if (settings.check && missed > 0) process.exitCode = 1;
}

/** Returns undefined if the arguments are wrong. */
function readArguments() {
  const options = {
    help: { type: 'boolean', default: false, short: 'h' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    write: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  };
  let parsed;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch {
    return undefined;
  }
  const { values, positionals } = parsed;
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) return undefined;
  if (positionals.some((name) => !QUESTION_NAMES.includes(name))) return undefined;
  return {
    names: positionals.length > 0 ? positionals : QUESTION_NAMES,
    rounds: (question) => rounds ?? (values.quick ? QUICK_ROUNDS : (question.rounds ?? ROUNDS)),
    write: values.write,
    check: values.check,
    help: values.help,
  };
}

/** One line per question, with what it asks. */
async function questionsText() {
  const questions = await Promise.all(QUESTION_NAMES.map(loadQuestion));
  return questions.map(({ name, asks }) => `  ${name.padEnd(18)}${asks}\n`).join('');
}

/** Without its addon stageprof still works, but by other means, so the numbers would describe something else. */
async function refuseFallback() {
  const { loadBinding } = await import('../dist/native/load-addon.js').catch(() => {
    throw new Error('dist/ is missing: run "npm run build" first');
  });
  const { missing, heapFault } = loadBinding();
  const fault = missing ?? heapFault;
  if (fault) throw new Error(`${fault}\nbench measures stageprof with its addon: run "npm run build" first`);
}

/** @returns {Promise<import('./render.js').Answer>} */
async function answerTo(question, roundsFor) {
  const { headings, rowsOf, judge } = await import(`./kinds/${question.kind}.js`);
  const rounds = roundsFor(question);
  const measured = `${new Date().toISOString().slice(0, 10)}, ${kernel}, load averages ${loadText()} before`;
  const results = await RUNNERS[question.kind](question, rounds, (round, contender) => {
    process.stderr.write(`${question.name}: round ${round + 1} of ${rounds}, ${contender}\n`);
  });
  return {
    question,
    headings,
    rows: rowsOf(question, results),
    verdicts: question.budgets.map((budget) => ({ text: budget.text, ...judge(budget, results) })),
    rounds,
    measured,
  };
}
