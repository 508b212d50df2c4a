const FLOOR = 'C++ floor, mallinfo2 within 1 %';
const HANDLE = 'stage, handle';
const TRACKED = 'stage, handle, tracker';
const BY_MODULE = 'stage, handle, tracker by module';

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does a full stage cost compared with the same readings made in a C++ loop?',
  operation: 'stage',
  kind: 'overhead',
  baseline: FLOOR,
  timing: { turnMs: 30, turns: 20 },
  rounds: 8,
  contenders: [
    // Like the sampler, it calls mallinfo2 as often as 1 % of the time allows. It decides that from the clock reading
    // that the floor makes anyway.
    { name: FLOOR, module: 'floor', options: { mallinfo2: 'budgeted' } },
    { name: `${FLOOR}, again`, module: 'floor', options: { mallinfo2: 'budgeted' } },
    { name: 'C++ floor, no mallinfo2', module: 'floor', options: { mallinfo2: 'never' } },
    { name: 'C++ floor, mallinfo2 always', module: 'floor', options: { mallinfo2: 'always' } },
    { name: HANDLE, module: 'stage', options: { form: 'handle' } },
    { name: TRACKED, module: 'stage', options: { form: 'handle' }, under: 'tracker' },
    { name: BY_MODULE, module: 'stage', options: { form: 'handle' }, under: 'tracker by module' },
    { name: 'stage, callback', module: 'stage', options: { form: 'callback' } },
  ],
  // The floor does not read the tracker. What that costs is added, and must stay within the same budget.
  budgets: [
    { text: 'a full stage costs at most 1.15 x the floor', contender: HANDLE, against: FLOOR, ratioAtMost: 1.15 },
    {
      text: 'a full stage that reads the tracker costs at most 1.15 x the floor',
      contender: TRACKED,
      against: FLOOR,
      ratioAtMost: 1.15,
    },
    {
      text: 'a full stage that reads the tracker by module costs at most 1.15 x the floor',
      contender: BY_MODULE,
      against: FLOOR,
      ratioAtMost: 1.15,
    },
  ],
};
