// What a service that delivers pictures does with each: decode, resize, blur, encode.
import sharp from 'sharp';

const WIDTH = 1600;
const HEIGHT = 1200;
const SERVED_WIDTH = 800;
const BLUR_SIGMA = 1.5;

export async function open() {
  // Otherwise libvips would remember that it did the same to the same picture before.
  sharp.cache(false);
  const jpeg = await makePicture().jpeg({ quality: 85 }).toBuffer();
  const png = await makePicture().resize(SERVED_WIDTH).png({ compressionLevel: 1 }).toBuffer();
  return {
    async run(iterations) {
      for (let i = 0; i < iterations; i++) {
        await sharp(jpeg).resize(SERVED_WIDTH).blur(BLUR_SIGMA).jpeg().toBuffer();
        await sharp(png)
          .resize(SERVED_WIDTH >> 1)
          .png({ compressionLevel: 1 })
          .toBuffer();
      }
    },
  };
}

/** The same picture in every process. Slopes, edges and grain make it as expensive to encode as a photograph. */
function makePicture() {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  let state = 1;
  for (let at = 0; at < pixels.length; at += 3) {
    const x = (at / 3) % WIDTH;
    const y = Math.floor(at / 3 / WIDTH);
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const grain = (state >>> 28) - 8;
    const edge = (x >> 6) % 3 === (y >> 6) % 3 ? 64 : 0;
    pixels[at] = clamp((x / WIDTH) * 190 + edge + grain);
    pixels[at + 1] = clamp((y / HEIGHT) * 190 + edge + grain);
    pixels[at + 2] = clamp(((x + y) / (WIDTH + HEIGHT)) * 190 + grain);
  }
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

function clamp(value) {
  return Math.max(0, Math.min(255, value));
}
