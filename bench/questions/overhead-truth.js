const PROGRAMS = ['handles', 'nested callbacks', 'promises'];

/** Some seconds a trial: what is added is a few percent of what the thread uses. */
const OPERATIONS = 4000;

const plain = (program) => `${program}, not profiled`;

/** @type {import('./index.js').Question} */
export default {
  asks: 'Is `overhead_s` what a profiler adds to the CPU time of the thread?',
  operation: 'input, of one stage, or three where they are nested',
  kind: 'truth',
  rounds: 15,
  contenders: PROGRAMS.flatMap((program) => [
    { name: plain(program), module: 'own-cost', options: { program, isProfiled: false }, operations: OPERATIONS },
    {
      name: program,
      module: 'own-cost',
      options: { program, isProfiled: true },
      baseline: plain(program),
      operations: OPERATIONS,
    },
  ]),
  budgets: PROGRAMS.map((program) => ({
    text: `what is told is within 20 % of what is added: ${program}`,
    contender: program,
    against: plain(program),
    within: 0.2,
  })),
};
