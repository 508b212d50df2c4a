import { createCanvas } from '@napi-rs/canvas';
import { activeProfiler } from 'stageprof';

for (let i = 0; i < 60; i++) {
  await activeProfiler().stage('draw', async () => {
    const canvas = createCanvas(1200, 1200);
    const context = canvas.getContext('2d');
    context.fillStyle = 'black';
    context.fillRect(0, 0, canvas.width, canvas.height);
    return (await canvas.encode('webp', 100)).length;
  });
}
