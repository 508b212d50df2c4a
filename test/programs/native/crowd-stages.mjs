// Stages that use CPU and touch fresh memory, one after another. Prints the report, how long they took, and what the
// kernel says of the process.
import { setTimeout as sleep } from 'node:timers/promises';

const [, , packageUrl, stages] = process.argv;
const { StageProfiler } = await import(packageUrl);

const PAGE = 4096;
const PAGES = 64;
const profiler = new StageProfiler();
const began = process.hrtime.bigint();
const kept = [];
for (let i = 0; i < Number(stages); i++) {
  const memory = Buffer.allocUnsafeSlow(PAGES * PAGE);
  const stage = profiler.stage('touch');
  for (let at = 0; at < memory.length; at += PAGE) memory[at] = 1;
  const until = process.hrtime.bigint() + 300_000n;
  while (process.hrtime.bigint() < until);
  stage.end();
  kept.push(memory);
  await sleep(1);
}
const elapsedNs = Number(process.hrtime.bigint() - began);
// Time without stages, for which a last stage has credit enough to be read to its end.
await sleep(200);
profiler.stage('last').end();
const before = process.resourceUsage().maxRSS;
const report = profiler.report();
const { userCPUTime, systemCPUTime, maxRSS: after } = process.resourceUsage();
const kernel = { cpuS: (userCPUTime + systemCPUTime) / 1e6, maxRssKib: [before, after] };
console.log(JSON.stringify({ report, elapsedNs, kernel, kept: kept.length }));
