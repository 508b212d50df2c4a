/** Has a heap of so many MiB when stacks begin to be sampled. Argument: MiB. */
import { StageProfiler } from '../../../dist/index.js';
import { spin } from './spin.js';

const AT_ONCE = 10_000;
const mib = () => process.memoryUsage().heapUsed / 2 ** 20;

const heap = [];
while (mib() < Number(process.argv[2])) heap.push(Array.from({ length: AT_ONCE }, (_, a) => ({ a, b: a, c: a, d: a })));
const heapMib = mib();
const profiler = new StageProfiler({ stacks: ['cpu'] });
// Three profiles are taken meanwhile, each of which begins while the last one goes on.
for (let i = 0; i < 25; i++) profiler.stage('work', () => spin(100));
profiler.close();
console.log(JSON.stringify({ heapMib, objects: heap.length * AT_ONCE, warnings: profiler.report().warnings }));
