const IDLE_THREADS = [0, 16, 64, 256, 1024];
const GROUPS = ['cpu', 'io', 'rss', 'js', 'native'];

const nameOf = (threads) =>
  threads === 0 ? "node's own threads" : `${threads.toLocaleString('en')} idle threads more`;
const ALONE = nameOf(0);

/** @type {import('./index.js').Question} */
export default {
  asks: 'Does a stage cost more in a process of many threads, and which source is it?',
  operation: 'stage',
  kind: 'time',
  rounds: 5,
  baseline: ALONE,
  // The other threads use none, and a thread that waits for a CPU does not count.
  timing: { clock: 'cpu' },
  contenders: IDLE_THREADS.flatMap((threads) => [
    { name: nameOf(threads), module: 'stage', options: { form: 'handle', threads } },
    ...GROUPS.map((group) => ({
      name: `${nameOf(threads)}, only ${group}`,
      module: 'stage',
      options: { form: 'handle', threads, measure: [group] },
      baseline: `${ALONE}, only ${group}`,
    })),
  ]),
  budgets: [
    {
      text: 'with 256 threads a full stage costs at most 1.3 x',
      contender: nameOf(256),
      against: ALONE,
      ratioAtMost: 1.3,
    },
  ],
};
