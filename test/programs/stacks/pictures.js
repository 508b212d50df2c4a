/** Holds pictures, and turns two at a time: the same each time it runs. */
import sharp from 'sharp';

sharp.concurrency(1);
const noise = { type: 'gaussian', mean: 120, sigma: 30 };
const kept = [];
for (let i = 0; i < 12; i++) {
  const picture = sharp({ create: { width: 1600, height: 1200, channels: 3, background: '#123456', noise } });
  kept.push(await picture.resize(900).png().toBuffer());
}
kept.push(await sharp(kept[0]).rotate(30).raw().toBuffer());
