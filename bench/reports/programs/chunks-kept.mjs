import { activeProfiler } from 'stageprof';

// What the reader of a file does: it keeps a short slice of each block that it read.
const kept = [];
for (let i = 0; i < 4000; i++) {
  activeProfiler().stage('read', () => {
    kept.push(Buffer.allocUnsafe(65536).fill(1).subarray(0, 128));
  });
}
globalThis.kept = kept;
