import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { activeProfiler } from 'stageprof';

sharp.cache(false);
const raw = { width: 2000, height: 1500, channels: 3 };
const source = await sharp(randomBytes(2000 * 1500 * 3), { raw })
  .jpeg()
  .toBuffer();
for (let i = 0; i < 20; i++) {
  await activeProfiler().stage('resize', () =>
    Promise.all(Array.from({ length: 8 }, () => sharp(source).resize(800).toBuffer())).then(({ length }) => length),
  );
}
