// A service with a recorder that answers, and keeps a part of each answer.
import { setTimeout as sleep } from 'node:timers/promises';
import { StageProfiler } from 'stageprof';

const profiler = new StageProfiler({ recorder: 'service.recorder' });
/** @type {Buffer[]} */
const kept = [];
for (;;) {
  await profiler.stage('request', async () => {
    profiler.stage('render', () => kept.push(Buffer.alloc(256 * 1024, 1)));
    await profiler.stage('send', () => sleep(20));
  });
  process.stdout.write('.');
}
