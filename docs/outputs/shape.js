/** What stays the same in an output from one machine and run to the next: headings, the keys of notes, sentences. */

/** Notes that depend on what the machine was doing, and on the width. */
const VARIES = /^(left out|also|warnings|overhead|at peak|killed by|[a-z]+-[a-z]+|fragmentation|uncollected|waiting)$/;
/** Columns that a table has only where a row has something in them, and modules. */
const SOMETIMES = /^(finding|open|native|\d+% interval|node|others|.*\.so(\..*)?)$/;
const NUMBER = /[-+]?\d[\d,.:]*(?:e[-+]?\d+)?(?:%| (?:us|ms|s|min|h|B|KiB|MiB|GiB)\b)?/g;

/**
 * @typedef {object} Shape
 * @property {readonly (readonly string[])[]} headings the cells of each line of headings
 * @property {ReadonlySet<string>} lines keys of notes
 * @property {ReadonlySet<string>} sentences without their numbers; parts of them where they were wrapped
 */

/** @param {string} text @returns {Shape} */
export function shapeOf(text) {
  /** @type {string[][]} */
  const headings = [];
  const lines = new Set();
  const sentences = new Set();
  let isBelowRow = false;
  for (const line of text.split('\n')) {
    const cells = line.trim().split(/ {2,}/);
    const isContinued = /^ {8}/.test(line);
    // A line of headings is the first of its table. The rows depend on the machine.
    if (cells.length >= 3 && !isBelowRow) headings.push(cells.filter((cell) => !SOMETIMES.test(cell)));
    isBelowRow = cells.length >= 3 || isContinued;
    if (line === '' || isBelowRow) continue;
    if (cells.length === 1) sentences.add(line.replace(NUMBER, '#').trim());
    else if (!VARIES.test(cells[0] ?? '')) lines.add(/** @type {string} */ (cells[0]));
  }
  return { headings, lines, sentences };
}

/** What is shown and is not printed any more. @param {string} shown @param {string} printed @returns {string[]} */
export function staleIn(shown, printed) {
  const [before, now] = [shapeOf(shown), shapeOf(printed)];
  const headings = before.headings.filter(
    (cells) => !now.headings.some((others) => cells.every((cell) => others.includes(cell))),
  );
  const said = [...now.sentences].join(' ');
  return [
    ...headings.map((cells) => cells.join('  ')),
    ...[...before.lines].filter((line) => !now.lines.has(line)),
    ...[...before.sentences].filter((sentence) => !said.includes(sentence)),
  ];
}
