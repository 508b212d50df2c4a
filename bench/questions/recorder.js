const PLAIN = 'stage, in memory';
const RECORDED = 'stage, in a recorder';
const TIMED = 'time only, in memory';
const TIMED_RECORDED = 'time only, in a recorder';

/** @type {import('./index.js').Question} */
export default {
  asks: 'How much more does a stage cost when the state of the profiler is in a recorder?',
  operation: 'stage',
  kind: 'overhead',
  baseline: PLAIN,
  timing: { turnMs: 30, turns: 20 },
  rounds: 8,
  contenders: [
    { name: PLAIN, module: 'stage', options: { form: 'handle' } },
    { name: RECORDED, module: 'stage', options: { form: 'handle', recorder: true } },
    { name: TIMED, baseline: TIMED, module: 'stage', options: { form: 'handle', measure: [] } },
    {
      name: TIMED_RECORDED,
      baseline: TIMED,
      module: 'stage',
      options: { form: 'handle', measure: [], recorder: true },
    },
  ],
  budgets: [
    { text: 'a full stage costs at most 2 % more', contender: RECORDED, against: PLAIN, ratioAtMost: 1.02 },
    { text: 'a time-only stage costs at most 5 % more', contender: TIMED_RECORDED, against: TIMED, ratioAtMost: 1.05 },
  ],
};
