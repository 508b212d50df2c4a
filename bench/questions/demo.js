const PLAIN = 'the demo, not profiled';
/** Packages: all or most of those that are installed for development. */
const INPUTS = 150;

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does profiling add to the CPU of the demo, all its threads and processes, beside what `overhead_s` tells?',
  operation: 'input, a package',
  kind: 'truth',
  rounds: 5,
  contenders: [
    { name: PLAIN, module: 'demo', options: { isProfiled: false }, operations: INPUTS },
    { name: 'the demo, profiled', module: 'demo', options: { isProfiled: true }, operations: INPUTS, baseline: PLAIN },
  ],
  // `overhead_s` is that of the threads that run stages; what is added is that of all.
  budgets: [],
};
