import sharp from 'sharp';
import { activeProfiler } from 'stageprof';

const svg = Buffer.from('<svg width="100" height="40"><text y="20">example</text></svg>');
for (let i = 0; i < 1000; i++) await activeProfiler().stage('render', () => sharp(svg).png().toBuffer());
