const PROGRAMS = { flows: 'flows, the example', parser: 'a parser with deep stacks' };

const contenders = Object.entries(PROGRAMS).flatMap(([program, name]) => [
  { name, module: 'sampled', options: { program, stacks: false } },
  { name: `${name}, again`, module: 'sampled', options: { program, stacks: false }, baseline: name },
  { name: `${name}, stacks`, module: 'sampled', options: { program, stacks: true }, baseline: name },
]);

/** @type {import('./index.js').Question} */
export default {
  asks: 'How much CPU do sampled stacks cost a program that is profiled, at 100 Hz?',
  operation: 'program',
  kind: 'work',
  baseline: PROGRAMS.flows,
  // Threads that help to collect garbage take more or less CPU by what else the machine does.
  nodeFlags: ['--single-threaded-gc'],
  contenders,
  budgets: Object.values(PROGRAMS).flatMap((name) => [
    {
      text: `${name}: the main thread at most 2 %`,
      contender: `${name}, stacks`,
      against: name,
      of: 'mainMs',
      ratioAtMost: 1.02,
    },
    {
      text: `${name}: all threads at most 2 %`,
      contender: `${name}, stacks`,
      against: name,
      of: 'allMs',
      ratioAtMost: 1.02,
    },
  ]),
};
