/** Parses again and again, a stage each, while stacks are sampled. Arguments: seconds, samples a second. Prints memory. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'acorn';
import { full } from 'acorn-walk';
import { StageProfiler } from '../../../dist/index.js';

const [seconds, stacksHz] = process.argv.slice(2).map(Number);
const source = readFileSync(createRequire(import.meta.url).resolve('acorn'), 'utf8');
const profiler = new StageProfiler({ stacks: ['cpu'], stacksHz });
const begun = performance.now();
const rss = [];
let parses = 0;
while (performance.now() - begun < seconds * 1000) {
  const tree = profiler.stage('parse', () => parse(source, { ecmaVersion: 'latest' }));
  profiler.stage('walk', () => full(tree, () => {}));
  parses++;
  await delay(1);
  rss.push(process.memoryUsage.rss());
}
profiler.close();
/** The highest of each tenth of the time, in MiB. */
const tenths = Array.from({ length: 10 }, (_, tenth) => {
  const part = rss.slice((tenth * rss.length) / 10, ((tenth + 1) * rss.length) / 10);
  return Math.round(Math.max(...part) / 2 ** 20);
});
const { warnings } = profiler.report();
console.log(JSON.stringify({ parses, tenths, bytes: profiler.stacks().length, warnings }));
