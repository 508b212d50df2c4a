// 200 MiB of Buffers that are kept, in a stage within another.
import { activeProfiler } from 'stageprof';

const kept = [];
for (let i = 0; i < 20; i++) {
  activeProfiler().stage('load', () =>
    activeProfiler().stage('read', () => {
      kept.push(Buffer.alloc(10 << 20, 1));
    }),
  );
}
globalThis.kept = kept;
