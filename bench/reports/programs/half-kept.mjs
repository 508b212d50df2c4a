import { activeProfiler } from 'stageprof';

const kept = [];
for (let i = 0; i < 100; i++) {
  activeProfiler().stage('cut', () => {
    kept.push(Buffer.alloc(2_000_000, 1).subarray(1_999_000));
  });
}
globalThis.kept = kept;
