import { crc32c } from '@node-rs/crc32';
import { activeProfiler } from 'stageprof';

const bytes = Buffer.alloc(1000);
for (let i = 0; i < 20; i++) {
  activeProfiler().stage('checksum', () => {
    for (let j = 0; j < 100_000; j++) crc32c(bytes);
  });
}
