import { activeProfiler } from 'stageprof';

const bytes = Buffer.alloc(1 << 20, 1);
for (let i = 0; i < 200; i++) await activeProfiler().stage('stream', () => new Blob([bytes]).stream().cancel());
