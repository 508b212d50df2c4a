const PROGRAMS = ['handles', 'nested callbacks', 'promises'];

/** A part of a second a trial: what is added is about as much as the work itself. */
const OPERATIONS = 4000;

/** Who tells it. */
const TELLERS = { report: '', recorder: ', as recorded', worker: ', in a worker thread' };

const RUNS = Object.entries(TELLERS).flatMap(([told, where]) =>
  PROGRAMS.map((program) => ({
    name: `${program}${where}`,
    plain: `${program}${where}, not profiled`,
    options: { program, told },
  })),
);

/** @type {import('./index.js').Question} */
export default {
  asks: 'Is `overhead_s` what a profiler adds to the CPU time of the thread?',
  operation: 'input, of one stage, or three where they are nested',
  kind: 'truth',
  rounds: 15,
  contenders: RUNS.flatMap(({ name, plain, options }) => [
    { name: plain, module: 'own-cost', options: { ...options, isProfiled: false }, operations: OPERATIONS },
    { name, module: 'own-cost', options: { ...options, isProfiled: true }, baseline: plain, operations: OPERATIONS },
  ]),
  budgets: RUNS.map(({ name, plain }) => ({
    text: `what is told is within 20 % of what is added: ${name}`,
    contender: name,
    against: plain,
    within: 0.2,
  })),
};
