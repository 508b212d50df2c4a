import { randomBytes } from 'node:crypto';
import snappy from 'snappy';
import { activeProfiler } from 'stageprof';

const data = randomBytes(10 << 20);
for (let i = 0; i < 40; i++) activeProfiler().stage('compress', () => snappy.compressSync(data).length);
