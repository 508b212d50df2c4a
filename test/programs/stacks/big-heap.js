/** Has a heap of 200 MB when stacks begin to be sampled. */
import { StageProfiler } from '../../../dist/index.js';
import { spin } from './spin.js';

const heap = Array.from({ length: 3_000_000 }, (_, a) => ({ a, b: a, c: a, d: a }));
const profiler = new StageProfiler({ stacks: ['cpu'] });
// Three profiles are taken meanwhile, each of which begins while the last one goes on.
for (let i = 0; i < 25; i++) profiler.stage('work', () => spin(100));
profiler.close();
console.log(JSON.stringify({ objects: heap.length, warnings: profiler.report().warnings }));
