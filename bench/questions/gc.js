const BARE = 'not profiled';
const TRACKER = 'tracker by module';

/** @type {import('./index.js').Question} */
export default {
  asks: 'What do the JS peak and the GC metrics cost a program that allocates heavily?',
  operation: 'pass of 200,000 objects',
  kind: 'overhead',
  baseline: BARE,
  timing: { turnMs: 120, turns: 14 },
  rounds: 6,
  contenders: [
    { name: BARE, module: 'garbage', options: { sources: 'none' } },
    { name: 'not profiled, again', module: 'garbage', options: { sources: 'none' } },
    { name: 'JS heap measured', module: 'garbage', options: { sources: 'js' } },
    { name: 'all sources measured', module: 'garbage', options: { sources: 'all' } },
    { name: `all sources measured, ${TRACKER}`, module: 'garbage', options: { sources: 'all' }, under: TRACKER },
  ],
  budgets: [
    {
      text: 'JS peak and GC metrics cost at most 1 %',
      contender: 'JS heap measured',
      against: BARE,
      ratioAtMost: 1.01,
    },
  ],
};
