import pace from './pace.js';

/** @type {import('./index.js').Question} */
export default {
  ...pace,
  asks: 'What does a stage cost that comes once in ten milliseconds, in a program of 1,000 calls?',
  timing: { paceMs: 10, calls: 1000 },
  // A trial takes ten seconds.
  rounds: 3,
};
