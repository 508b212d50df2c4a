// The results in bench/README.md: what they were measured on, and a part for each question.
import { readFileSync, writeFileSync } from 'node:fs';
import { QUESTION_NAMES } from './questions/index.js';

const README = new URL('README.md', import.meta.url);
const BEGIN = '<!-- results: begin, written by npm run bench -- --write -->';
const END = '<!-- results: end -->';
const HEADING = '### ';

/** Puts the results into bench/README.md. */
export function writeResults(facts, answers) {
  writeFileSync(README, withResults(readFileSync(README, 'utf8'), facts, answers));
}

/**
 * Replaces the parts of the questions that were answered and leaves the others. Each says when it was measured and on which
 * kernel, so that answers of two runs do not look like one; with other facts, such as another node, all have to be.
 *
 * @param {string} text that of the page
 * @param {string} facts of the machine, as Markdown
 * @param {ReadonlyMap<string, string>} answers by question, as Markdown
 */
export function withResults(text, facts, answers) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`bench/README.md lacks the lines "${BEGIN}" and "${END}"`);
  const former = text.slice(begin + BEGIN.length, end);
  const parts = new Map([...partsOf(former), ...answers]);
  const areOther = former.split(`\n${HEADING}`)[0].trim() !== facts.trim();
  if (areOther && [...parts.keys()].some((name) => !answers.has(name))) {
    throw new Error(
      'the other results in bench/README.md are of other facts than these: answer all questions, or none',
    );
  }
  const results = QUESTION_NAMES.flatMap((name) => parts.get(name) ?? []).map((part) => part.trim());
  return `${text.slice(0, begin + BEGIN.length)}\n\n${[facts.trim(), ...results].join('\n\n')}\n\n${text.slice(end)}`;
}

/** @returns {[string, string][]} */
function partsOf(results) {
  return results
    .split(`\n${HEADING}`)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), HEADING + part]);
}
