// As in the report: the event loop runs after each 100,000 checksums.
import { setTimeout as delay } from 'node:timers/promises';
import { crc32c } from '@node-rs/crc32';
import { activeProfiler } from 'stageprof';

const bytes = Buffer.alloc(1000);
for (let round = 0; round < 10; round++) {
  await activeProfiler().stage('checksums', async () => {
    for (let i = 0; i < 100_000; i++) crc32c(bytes);
    await delay(100);
  });
}
