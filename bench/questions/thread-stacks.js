const PICTURES = 'sharp';
const SAMPLED = `${PICTURES}, its threads sampled`;

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does it cost a program that works on images to have the CPU of its threads sampled, beside the tracker?',
  operation: 'two pictures: a JPEG of 1600 x 1200, and a PNG of 800 x 600',
  kind: 'overhead',
  timing: { turnMs: 120, turns: 16 },
  rounds: 8,
  contenders: [
    { name: PICTURES, module: 'image', under: 'tracker by module', baseline: PICTURES },
    { name: `${PICTURES}, again`, module: 'image', under: 'tracker by module', baseline: PICTURES },
    { name: SAMPLED, module: 'image-sampled', under: 'tracker with CPU stacks', baseline: PICTURES },
  ],
  budgets: [{ text: 'the sampling costs at most 2 %', contender: SAMPLED, against: PICTURES, ratioAtMost: 1.02 }],
};
