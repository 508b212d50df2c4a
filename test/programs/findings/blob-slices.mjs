// 100 slices of 1 KiB, each of a Blob of 2 MiB that it keeps alive.
import { activeProfiler } from 'stageprof';

const kept = [];
for (let i = 0; i < 100; i++) {
  activeProfiler().stage('cut', () => {
    kept.push(new Blob([Buffer.alloc(2 << 20, i)]).slice(0, 1024));
  });
}
globalThis.kept = kept;
