import { createCanvas, loadImage } from '@napi-rs/canvas';
import { activeProfiler } from 'stageprof';

const source = createCanvas(2000, 2000).toBuffer('image/png');
for (let i = 0; i < 40; i++) {
  await activeProfiler().stage('load and draw', async () => {
    const image = await loadImage(source);
    createCanvas(500, 500).getContext('2d').drawImage(image, 0, 0);
  });
}
