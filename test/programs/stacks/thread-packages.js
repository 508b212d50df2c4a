/** Has packages work on other threads, each in a stage. */
import sharp from 'sharp';
import { compress } from 'snappy';
import { activeProfiler } from '../../../dist/index.js';

const WIDTH = 1600;
const HEIGHT = 1200;
const profiler = activeProfiler();
const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
for (let at = 0; at < pixels.length; at += 5) pixels[at] = (at * 31) >> 8;
const jpeg = await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
  .jpeg()
  .toBuffer();

async function repeated(times, work) {
  for (let i = 0; i < times; i++) await work();
}

await profiler.stage('png', () => repeated(6, () => sharp(jpeg).resize(700).png().toBuffer()));
await profiler.stage('webp', () => repeated(6, () => sharp(jpeg).resize(700).webp().toBuffer()));
await profiler.stage('snappy', () => repeated(200, () => compress(pixels)));
