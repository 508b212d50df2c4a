import sharp from 'sharp';
import { nullProfiler } from 'stageprof';
import { expect, test } from 'vitest';
import { isImage, MAX_PIXELS, measureImage } from '../../examples/flows/image.js';

function filled(r: number, g: number, b: number, alpha?: number) {
  const background = alpha === undefined ? { r, g, b } : { r, g, b, alpha };
  return sharp({ create: { width: 8, height: 4, channels: alpha === undefined ? 3 : 4, background } });
}

test.each([
  ['white', filled(255, 255, 255).png(), 1],
  ['black', filled(0, 0, 0).png(), 0],
  ['red, of luminance 0.2126', filled(255, 0, 0).png(), 0.2126],
  ['mid grey, of luminance ((188 / 255 + 0.055) / 1.055) ^ 2.4', filled(188, 188, 188).png(), 0.5029],
  ['grey of one channel', filled(255, 255, 255).toColourspace('b-w').png(), 1],
])('%s', async (_, image, luminance) => {
  const facts = await measureImage(await image.toBuffer(), nullProfiler);
  expect(facts).toMatchObject({ format: 'png', width: 8, height: 4, opaque: true, entropy: 0 });
  expect(facts.luminance).toBeCloseTo(luminance, 3);
});

test.each(['png', 'jpeg', 'gif', 'webp'] as const)(
  'a %s is recognised by its first bytes and measured',
  async (format) => {
    const bytes = await filled(10, 200, 30).toFormat(format).toBuffer();
    expect(isImage(bytes)).toBe(true);
    expect(await measureImage(bytes, nullProfiler)).toMatchObject({ format, width: 8, height: 4 });
  },
);

test('a transparent picture is not opaque', async () => {
  const bytes = await filled(255, 0, 0, 0.5).png().toBuffer();
  expect(await measureImage(bytes, nullProfiler)).toMatchObject({ channels: 4, opaque: false });
});

test('a damaged picture rejects', async () => {
  const bytes = (await filled(1, 2, 3).png().toBuffer()).subarray(0, 40);
  await expect(measureImage(bytes, nullProfiler)).rejects.toThrow();
});

test('a small file of more pixels than the limit rejects before it is decoded', async () => {
  const side = Math.ceil(Math.sqrt(MAX_PIXELS)) + 1;
  const bytes = await sharp({ create: { width: side, height: side, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  await expect(measureImage(bytes, nullProfiler)).rejects.toThrow('pixel limit');
});
