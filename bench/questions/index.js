/**
 * One question: what is asked, who answers it, and which budgets the answer has to meet.
 *
 * @typedef {object} Question
 * @property {string} name that of its file
 * @property {string} asks in one sentence
 * @property {string} operation what one operation is
 * @property {'time' | 'growth' | 'overhead' | 'process' | 'thread' | 'truth' | 'pace' | 'work' | 'pause'} kind which of `kinds/` measures and judges it
 * @property {Contender[]} contenders
 * @property {string} [baseline] the contender to which ratios refer, for `time`, `overhead` and `pace`
 * @property {Budget[]} budgets
 * @property {Partial<import('../kinds/time.js').Timing> | import('../turns.js').Turns | import('../kinds/pace.js').Pace} [timing]
 * @property {number} [rounds] instead of the default
 * @property {string[]} [nodeFlags] flags of the trials' processes
 *
 * @typedef {object} Contender
 * @property {string} name unique in its question
 * @property {string} module a file of `contenders/`
 * @property {object} [options] for its `open`
 * @property {string} [baseline] instead of the question's
 * @property {import('../launch.js').Under} [under] what its process is started under; nothing by default
 * @property {number} [operations] how many, for `growth` and `truth`
 * @property {number} [workShare] for `overhead`: the share of the others' work that it does, if it is many times slower
 *
 * @typedef {object} Budget `judge` of its kind says which other members it may have
 * @property {string} text
 * @property {string} contender
 */

export const QUESTION_NAMES = [
  'full-stage',
  'peers',
  'time-only',
  'pace',
  'pace-ten',
  'threads',
  'null-profiler',
  'gc',
  'depth',
  'labels',
  'no-growth',
  'free-chunks',
  'start',
  'recorder',
  'recorder-thread',
  'tracker-malloc',
  'tracker-image',
  'tracker-buffers',
  'stacks',
  'stacks-start',
  'thread-stacks',
  'summarize',
  'summarize-growth',
  'await',
  'concurrent',
  'overhead-truth',
  'demo',
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
