import { underEach } from './under-each.js';

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does the tracker cost a program that mostly allocates Buffers?',
  operation: 'Buffer of 4 KiB to 1 MiB',
  kind: 'overhead',
  timing: { turnMs: 60, turns: 12 },
  rounds: 10,
  contenders: underEach({ name: 'Buffers', module: 'buffers' }, { heaptrackShare: 0.2 }),
  budgets: [],
};
