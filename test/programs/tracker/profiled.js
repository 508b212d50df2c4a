// profiled.js CLIENT PACKAGE: to descriptor 3 the report on two stages, of which one is the client's work, and how many
// bytes it holds.
import { writeSync } from 'node:fs';

const [client, url] = process.argv.slice(2);
const { work } = await import(`./${client}.js`);
const { StageProfiler } = await import(url);
const profiler = new StageProfiler();
const { held, heldBytes } = await profiler.stage('work', work);
profiler.stage('nothing', () => {});
writeSync(3, JSON.stringify({ heldBytes, report: profiler.report() }));
profiler.close();
console.log(held !== undefined);
