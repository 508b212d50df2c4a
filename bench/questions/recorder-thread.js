const SMALL = 'a small program';
const LARGE = '64 threads in the pool, 2,000 mappings';

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does the thread of a recorder cost a program that waits, as a share of a core?',
  operation: 'trial',
  kind: 'thread',
  rounds: 5,
  contenders: [
    { name: SMALL, module: 'recorder-thread', options: { poolThreads: 4, mappings: 0 }, under: 'tracker by module' },
    {
      name: LARGE,
      module: 'recorder-thread',
      options: { poolThreads: 64, mappings: 2000 },
      under: 'tracker by module',
    },
  ],
  budgets: [SMALL, LARGE].map((contender) => ({
    text: `${contender}: at most 0.2 % of a core`,
    contender,
    percentAtMost: 0.2,
  })),
};
