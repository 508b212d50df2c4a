// @ts-check
import sharp from 'sharp';

/**
 * What a picture looks like, in numbers.
 *
 * @typedef {object} ImageFacts
 * @property {string} format
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {number} channels
 * @property {boolean} opaque
 * @property {number} entropy bits per pixel, of the grey levels
 * @property {number} luminance mean in linear light, 0 to 1, transparency ignored
 */

/**
 * Decoded and in linear light, a pixel takes up to 20 bytes, so a picture of this size takes 1 GB. A small compressed
 * file that unpacks to more is an attack or an accident.
 */
export const MAX_PIXELS = 50_000_000;

// Rec. 709, the primaries of sRGB.
const RED = 0.2126;
const GREEN = 0.7152;
const BLUE = 0.0722;

/** @param {Uint8Array} bytes */
export function isImage(bytes) {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 12)).toString('latin1');
  return (
    head.startsWith('\x89PNG\r\n\x1a\n') ||
    head.startsWith('\xff\xd8\xff') ||
    /^GIF8[79]a/.test(head) ||
    /^RIFF....WEBP/s.test(head)
  );
}

/**
 * Decodes a picture and measures it. Only the first frame of an animation is used.
 *
 * Everything here waits for libvips, which works on threads of its own. So the stages use the callback form: a handle
 * that is open across an `await` would be the parent of whatever else runs meanwhile.
 *
 * @param {Buffer} bytes
 * @param {import('stageprof').Profiler} profiler
 * @returns {Promise<ImageFacts>}
 * @throws {Error} when it is damaged or has more than {@link MAX_PIXELS}
 */
export async function measureImage(bytes, profiler) {
  const { pixels, raw, format } = await profiler.stage('decode', async () => {
    const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS });
    const { format } = await picture.metadata();
    const { data, info } = await picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { pixels: data, raw: { width, height, channels }, format };
  });

  return profiler.stage('measure', async () => {
    const decoded = () => sharp(pixels, { raw, limitInputPixels: MAX_PIXELS });
    const stats = await profiler.stage('stats', () => decoded().stats());
    const linear = await profiler.stage('linearise', () =>
      decoded().toColourspace('scrgb').raw({ depth: 'float' }).toBuffer({ resolveWithObject: true }),
    );

    // From here on nothing is awaited, so a handle is enough.
    const stage = profiler.stage('luminance');
    try {
      return {
        format,
        width: raw.width,
        height: raw.height,
        channels: raw.channels,
        opaque: stats.isOpaque,
        entropy: rounded(stats.entropy),
        luminance: rounded(meanLuminance(linear.data, linear.info.channels)),
      };
    } finally {
      stage.end();
    }
  });
}

/**
 * @param {Buffer} data pixels as 32-bit floats
 * @param {number} channels 1 or 2 for grey, 3 or 4 for colour
 */
function meanLuminance(data, channels) {
  const values = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  let sum = 0;
  for (let at = 0; at < values.length; at += channels) {
    sum += channels < 3 ? values[at] : RED * values[at] + GREEN * values[at + 1] + BLUE * values[at + 2];
  }
  return sum / (values.length / channels);
}

/**
 * Rounds to four digits, because the last bits of a sum depend on how libvips divided the picture among its threads.
 *
 * @param {number} value
 */
function rounded(value) {
  return Math.round(value * 1e4) / 1e4;
}
