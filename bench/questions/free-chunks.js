const FREE_CHUNKS = 200_000;
const CLEAN = 'stage, clean native heap';
const FRAGMENTED = 'stage, 200,000 free chunks';
const UNDER = 'tracker by module';
const options = { form: 'handle' };

/** @type {import('./index.js').Question} */
export default {
  asks: 'Does a full stage cost more when the native heap is fragmented?',
  operation: 'stage',
  kind: 'time',
  baseline: CLEAN,
  // One long batch, so that the result is its mean. mallinfo2 takes milliseconds at once, every few seconds when its
  // budget allows it, and the median of short batches would not show that.
  timing: { batchMs: 8000, batches: 1 },
  rounds: 3,
  contenders: [
    { name: CLEAN, module: 'stage', options },
    { name: FRAGMENTED, module: 'stage', options: { ...options, freeChunks: FREE_CHUNKS } },
    { name: `${CLEAN}, ${UNDER}`, module: 'stage', options, under: UNDER },
    {
      name: `${FRAGMENTED}, ${UNDER}`,
      module: 'stage',
      options: { ...options, freeChunks: FREE_CHUNKS },
      under: UNDER,
      baseline: `${CLEAN}, ${UNDER}`,
    },
    { name: 'C++ floor, mallinfo2 always, clean', module: 'floor', options: { mallinfo2: 'always' } },
    {
      name: 'C++ floor, mallinfo2 always, 200,000 free chunks',
      module: 'floor',
      options: { mallinfo2: 'always', freeChunks: FREE_CHUNKS },
    },
  ],
  budgets: [
    {
      text: 'a stage with 200,000 free chunks costs at most 1.2 x that of a clean heap',
      contender: FRAGMENTED,
      against: CLEAN,
      ratioAtMost: 1.2,
    },
    {
      text: 'a stage with the tracker and 200,000 free chunks costs at most 1.2 x that of a clean heap',
      contender: `${FRAGMENTED}, ${UNDER}`,
      against: `${CLEAN}, ${UNDER}`,
      ratioAtMost: 1.2,
    },
  ],
};
