import { randomBytes } from 'node:crypto';
import snappy from 'snappy';
import { activeProfiler } from 'stageprof';

const data = randomBytes(10 << 20);
for (let i = 0; i < 20; i++) {
  await activeProfiler().stage('compress and uncompress', async () => {
    const packed = await snappy.compress(data);
    return (await snappy.uncompress(packed, { asBuffer: true })).length;
  });
}
