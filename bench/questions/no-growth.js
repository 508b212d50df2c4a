const IDLE = 'nothing';
const MILLION = 1_000_000;

const STAGES = [
  { name: 'time only, handle', options: { form: 'handle', measure: [] }, operations: 10 * MILLION },
  { name: 'time only, callback', options: { form: 'callback', measure: [] }, operations: 10 * MILLION },
  { name: 'full, handle', options: { form: 'handle' }, operations: MILLION },
];

/** @type {import('./index.js').Question} */
export default {
  asks: 'Does memory grow with the number of stages?',
  operation: 'trial',
  kind: 'growth',
  rounds: 3,
  nodeFlags: ['--expose-gc'],
  contenders: [
    { name: IDLE, module: 'idle', operations: 10 * MILLION },
    ...STAGES.map((stage) => ({ ...stage, module: 'stage' })),
  ],
  // If one word were kept per call, it would be 78 MiB, or 8 MiB for the full stages.
  budgets: STAGES.map(({ name, operations }) => ({
    text: `${operations.toLocaleString('en')} stages (${name}) grow the heap by at most 64 KiB and the resident set by 1 MiB`,
    contender: name,
    against: IDLE,
    heapKibAtMost: 64,
    rssKibAtMost: 1024,
  })),
};
