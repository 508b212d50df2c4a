import { activeProfiler } from 'stageprof';

for (let i = 0; i < 30; i++) {
  await activeProfiler().stage('save', async () => {
    const blob = new Blob(Array.from({ length: 10 }, () => Buffer.alloc(1 << 20, 1)));
    return Buffer.from(await blob.arrayBuffer()).length;
  });
}
