import sharp from 'sharp';
import { activeProfiler } from 'stageprof';

const profiler = activeProfiler();
const raw = { width: 2000, height: 1500, channels: 3 };
const pixels = Buffer.alloc(raw.width * raw.height * 3);
for (let at = 0; at < pixels.length; at++) pixels[at] = (at * 31) >> 8;
for (let round = 0; round < 4; round++) {
  const jpeg = await profiler.stage('encode', () => sharp(pixels, { raw }).jpeg().toBuffer());
  await profiler.stage('thumbnail', () => sharp(jpeg).resize(400).webp().toBuffer());
  await profiler.stage('rotate', () => sharp(jpeg).rotate(30).sharpen().png().toBuffer());
  await profiler.stage('stats', () => sharp(jpeg).stats());
}
