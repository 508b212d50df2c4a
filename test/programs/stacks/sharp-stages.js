/** Has sharp do the same work alone, and in two stages at the same time, in one of them three times as often. */
import sharp from 'sharp';
import { activeProfiler } from '../../../dist/index.js';

const WIDTH = 1600;
const HEIGHT = 1200;
const profiler = activeProfiler();
const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
for (let at = 0; at < pixels.length; at += 5) pixels[at] = (at * 31) >> 8;
const jpeg = await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
  .jpeg()
  .toBuffer();

async function work() {
  for (let i = 0; i < 6; i++) await sharp(jpeg).resize(700).sharpen().webp().toBuffer();
}

await profiler.stage('alone', work);
await Promise.all([profiler.stage('few', work), profiler.stage('many', () => Promise.all([work(), work(), work()]))]);
