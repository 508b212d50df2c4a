import { setTimeout as sleep } from 'node:timers/promises';
import { activeProfiler } from 'stageprof';

/** @type {Buffer[]} */
const kept = [];
await activeProfiler().stage('read', async () => {
  for (let mebibyte = 0; mebibyte < Number(process.argv[2]); mebibyte++) kept.push(Buffer.alloc(1024 * 1024, 1));
  await sleep(1500);
});
