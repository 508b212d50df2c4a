const NONE = 'no stage';
const FLOOR = 'the readings in C';
const BY_HAND = 'hrtime + cpuUsage + memoryUsage by hand';
const HANDLE = 'stage, handle';
const CALLBACK = 'stage, callback';
const WITH_CHILD = 'stage with a child at once';
const IN_A_ROW = 'stage and another at once';
const TIME_ONLY = 'time only, handle';
const NULL_CALLBACK = 'nullProfiler, callback';
const TIMES = 'event,timer,aggregate';
const MEMORY = `${TIMES},memstat`;

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does a stage cost that comes once a millisecond, in a program of 1,000 calls?',
  operation: 'stage',
  kind: 'pace',
  baseline: NONE,
  timing: { paceMs: 1, calls: 1000 },
  contenders: [
    { name: NONE, module: 'paced', options: { form: 'nothing' } },
    { name: FLOOR, module: 'paced', options: { form: 'floor' } },
    { name: BY_HAND, module: 'paced', options: { form: 'by hand' } },
    { name: 'OpenTelemetry span', module: 'paced', options: { form: 'span' } },
    { name: 'performance.mark + measure', module: 'paced', options: { form: 'mark and measure' } },
    { name: 'Caliper, time only', module: 'paced', options: { form: 'caliper', services: TIMES }, under: 'Caliper' },
    { name: 'Caliper, memory', module: 'paced', options: { form: 'caliper', services: MEMORY }, under: 'Caliper' },
    { name: HANDLE, module: 'paced', options: { form: 'handle' } },
    { name: CALLBACK, module: 'paced', options: { form: 'callback' } },
    { name: 'stage, handle, exact', module: 'paced', options: { form: 'handle', attribution: 'exact' } },
    { name: WITH_CHILD, module: 'paced', options: { form: 'with a child', sharedSamples: false } },
    { name: `${WITH_CHILD}, samples shared`, module: 'paced', options: { form: 'with a child' } },
    { name: IN_A_ROW, module: 'paced', options: { form: 'two in a row', sharedSamples: false } },
    { name: `${IN_A_ROW}, samples shared`, module: 'paced', options: { form: 'two in a row' } },
    { name: 'stage, handle, under run', module: 'paced', options: { form: 'active handle' }, under: 'run' },
    { name: TIME_ONLY, module: 'paced', options: { form: 'handle', measure: [] } },
    { name: 'time only, callback', module: 'paced', options: { form: 'callback', measure: [] } },
    { name: 'nullProfiler, handle', module: 'paced', options: { form: 'null handle' } },
    { name: NULL_CALLBACK, module: 'paced', options: { form: 'null callback' } },
  ],
  budgets: [
    { text: 'a full stage costs at most 1.3 x the readings in C', contender: HANDLE, against: FLOOR, ratioAtMost: 1.3 },
    { text: 'a full stage costs less than half of by hand', contender: HANDLE, against: BY_HAND, ratioAtMost: 0.5 },
    { text: 'time only costs at most 4 us', contender: TIME_ONLY, nsAtMost: 4000 },
    {
      text: 'a callback costs at most 25 us more than with the nullProfiler',
      contender: CALLBACK,
      against: NULL_CALLBACK,
      addedNsAtMost: 25_000,
    },
    {
      text: 'the CPU of all threads is below that of by hand',
      contender: HANDLE,
      of: 'cpuNs',
      against: BY_HAND,
      ratioAtMost: 1,
    },
  ].map((budget) => ({ ...budget, none: NONE })),
};
