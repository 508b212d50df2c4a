const BARE = 'node alone';
const AGAIN = 'node alone, again';
const MODULE = 'with the module of stageprof run';

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does stageprof run add to the start of a node process that uses no stages?',
  operation: 'process from start to end',
  kind: 'time',
  baseline: BARE,
  timing: { warmUpMs: 300, batchMs: 500, batches: 3 },
  contenders: [
    { name: BARE, module: 'start', options: { loads: 'nothing' } },
    { name: AGAIN, module: 'start', options: { loads: 'nothing' } },
    { name: MODULE, module: 'start', options: { loads: 'module' } },
    { name: 'with the tracker, too', module: 'start', options: { loads: 'module and tracker' } },
    { name: 'with the module, as the program itself', module: 'start', options: { loads: 'program' } },
    { name: 'stageprof/register instead', module: 'start', options: { loads: 'profiler' } },
  ],
  budgets: [{ text: 'the module cannot be told from none', contender: MODULE, against: BARE, noise: AGAIN }],
};
