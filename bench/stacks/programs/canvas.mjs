import { createCanvas, loadImage } from '@napi-rs/canvas';
import { activeProfiler } from 'stageprof';

const profiler = activeProfiler();
for (let round = 0; round < 10; round++) {
  const png = await profiler.stage('draw', () => {
    const canvas = createCanvas(1200, 800);
    const context = canvas.getContext('2d');
    for (let at = 0; at < 200; at++) {
      context.fillStyle = `rgb(${at}, ${255 - at}, 90)`;
      context.beginPath();
      context.arc(at * 6, 400 + 300 * Math.sin(at), 40, 0, 7);
      context.fill();
    }
    context.fillText('stageprof', 20, 20);
    return canvas.encode('png');
  });
  await profiler.stage('load', async () => {
    const image = await loadImage(png);
    const canvas = createCanvas(600, 400);
    canvas.getContext('2d').drawImage(image, 0, 0, 600, 400);
    return canvas.encode('jpeg');
  });
}
