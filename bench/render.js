/**
 * What the results of a question amount to.
 *
 * @typedef {object} Answer
 * @property {import('./questions/index.js').Question} question
 * @property {string[]} headings
 * @property {string[][]} rows
 * @property {{ text: string, isMet: boolean, found: string }[]} verdicts
 * @property {number} rounds
 * @property {string} measured when, and on how busy a machine
 */

/** @param {Answer} answer */
export function answerText({ question, headings, rows, verdicts, rounds }) {
  const widths = headings.map((_, column) => Math.max(...[headings, ...rows].map((cells) => cells[column].length)));
  const line = (cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [
    `${question.name}: ${question.asks} (per ${question.operation}, ${rounds} rounds)`,
    ...[headings, ...rows].map((cells) => `  ${line(cells)}`),
    ...verdicts.map((verdict) => `  ${verdictText(verdict)}`),
    '',
  ].join('\n');
}

/** @param {Answer} answer */
export function answerMarkdown({ question, headings, rows, verdicts, rounds, measured }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    `### ${question.name}`,
    '',
    `${question.asks} Per ${question.operation}; ${rounds} rounds; ${measured}.`,
    '',
    line(headings),
    line(headings.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...rows.map(line),
    '',
    ...verdicts.map((verdict) => `- ${verdictText(verdict)}`),
    ...(verdicts.length > 0 ? [''] : []),
  ].join('\n');
}

/** @param {[string, string][]} facts */
export function factsMarkdown(facts) {
  return ['| | |', '| --- | --- |', ...facts.map(([heading, value]) => `| ${heading} | ${value} |`), ''].join('\n');
}

/** @param {[string, string][]} facts */
export function factsText(facts) {
  return `${facts.map(([heading, value]) => `${heading}: ${value}`).join('\n')}\n`;
}

function verdictText({ text, isMet, found }) {
  return `${isMet ? 'met' : 'MISSED'}: ${text}; found ${found}`;
}
