import { createHash } from 'node:crypto';
import sharp from 'sharp';

const WIDTH = 3000;
const HEIGHT = 2000;

/** Encodes, decodes and resizes one image. The decoded pixels are held until the end. */
export async function work() {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (at * 31) >> 8;
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 };
  const jpeg = await sharp(pixels, { raw }).jpeg().toBuffer();
  const png = await sharp(jpeg).resize(500).png().toBuffer();
  const held = await sharp(jpeg).raw().toBuffer();
  const hash = createHash('sha256').update(jpeg).update(png).update(held).digest('hex');
  return { result: { bytes: [jpeg.length, png.length, held.length], hash }, held, heldBytes: held.length };
}
