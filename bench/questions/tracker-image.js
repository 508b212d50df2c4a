import { underEach } from './under-each.js';

const PICTURES = 'sharp';

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does the tracker cost a program that works on images?',
  operation: 'two pictures: a JPEG of 1600 x 1200, and a PNG of 800 x 600',
  kind: 'overhead',
  timing: { turnMs: 120, turns: 16 },
  rounds: 8,
  contenders: underEach({ name: PICTURES, module: 'image' }, { heaptrackShare: 1 }),
  budgets: Object.entries({ tracker: 1, 'tracker by module': 1, 'tracker with stacks': 2 }).map(([under, percent]) => ({
    text: `the ${under} costs at most ${percent} %`,
    contender: `${PICTURES}, ${under}`,
    against: PICTURES,
    ratioAtMost: 1 + percent / 100,
  })),
};
