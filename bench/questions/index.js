/**
 * One question: what is asked, who answers it, and what the answer is held against.
 *
 * @typedef {object} Question
 * @property {string} name its file's
 * @property {string} asks in one sentence
 * @property {string} operation what one operation is
 * @property {'time' | 'growth' | 'overhead' | 'process'} kind which of `kinds/` measures and judges it
 * @property {Contender[]} contenders
 * @property {string} [baseline] the contender to which the ratios are; of `time` and `overhead`
 * @property {Budget[]} budgets
 * @property {Partial<import('../kinds/time.js').Timing> | import('../turns.js').Turns} [timing]
 * @property {number} [rounds] in place of the default
 * @property {string[]} [nodeFlags] of the trials
 *
 * @typedef {object} Contender
 * @property {string} name unique in its question
 * @property {string} module a file of `contenders/`
 * @property {object} [options] for its `open`
 * @property {string} [baseline] in place of the question's
 * @property {import('../launch.js').Under} [under] what its process is started under; default nothing
 * @property {number} [operations] of `growth`
 * @property {number} [workShare] of `overhead`: how much of the others' work it does, where it is many times slower
 *
 * @typedef {object} Budget see `judge` of its kind for what it may hold
 * @property {string} text
 * @property {string} contender
 */

export const QUESTION_NAMES = [
  'full-stage',
  'peers',
  'time-only',
  'null-profiler',
  'gc',
  'depth',
  'labels',
  'no-growth',
  'free-chunks',
  'start',
  'recorder',
  'tracker-malloc',
  'tracker-image',
  'tracker-buffers',
  'summarize',
  'summarize-growth',
  'await',
  'concurrent',
];

/** @returns {Promise<Question>} */
export async function loadQuestion(name) {
  const { default: question } = await import(/* @vite-ignore */ `./${name}.js`);
  return { name, ...question };
}

/** @param {Question} question */
export async function loadContender({ contenders }, name) {
  const { module, options = {} } = contenders.find((contender) => contender.name === name);
  const { open } = await import(`../contenders/${module}.js`);
  return open(options);
}
