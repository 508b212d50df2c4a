const HEAPS_MB = [0, 100, 300, 700];

/** @type {import('./index.js').Question} */
export default {
  asks: 'For how long does the start of sampled stacks stop a program, by the size of its heap?',
  operation: 'start',
  kind: 'pause',
  rounds: 5,
  nodeFlags: ['--max-old-space-size=2048'],
  contenders: HEAPS_MB.map((heapMb) => ({
    name: `${heapMb} MB of objects`,
    module: 'sampled-start',
    options: { heapMb },
  })),
  budgets: [],
};
