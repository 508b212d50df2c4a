// profiled.js CLIENT PACKAGE: writes to descriptor 3 how many bytes the client holds, and the report of two stages. The
// first is the client's work.
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
