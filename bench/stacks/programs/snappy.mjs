import { compress, compressSync, uncompress } from 'snappy';
import { activeProfiler } from 'stageprof';

const profiler = activeProfiler();
const plain = Buffer.alloc(4 << 20);
for (let at = 0; at < plain.length; at += 64) plain.writeUInt32LE((at * 2654435761) >>> 0, at);
for (let round = 0; round < 40; round++) {
  const compressed = await profiler.stage('compress', () => compress(plain));
  await profiler.stage('uncompress', () => uncompress(compressed));
  profiler.stage('at once', () => compressSync(plain));
}
