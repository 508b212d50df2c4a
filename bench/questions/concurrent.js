const OFF = 'not profiled';

/** @type {import('./index.js').Question} */
export default {
  asks: 'How much CPU does profiling cost a pipeline that works on fifty inputs at a time?',
  operation: 'input, of 5 stages and some 200 awaits',
  kind: 'time',
  baseline: OFF,
  timing: { warmUpMs: 1000, batchMs: 500, batches: 3, clock: 'cpu' },
  contenders: [
    { name: OFF, module: 'pipeline', options: { attribution: null } },
    { name: `${OFF}, again`, module: 'pipeline', options: { attribution: null } },
    { name: 'boundary', module: 'pipeline', options: { attribution: 'boundary' } },
    { name: 'exact', module: 'pipeline', options: { attribution: 'exact' } },
  ],
  budgets: [],
};
