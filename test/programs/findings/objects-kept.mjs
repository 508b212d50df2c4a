// Some 200 MiB of JS objects that are kept.
import { activeProfiler } from 'stageprof';

const kept = [];
for (let i = 0; i < 16; i++) {
  activeProfiler().stage('parse', () => {
    kept.push(Array.from({ length: 250_000 }, (_, at) => ({ at, next: null, before: null })));
  });
}
globalThis.kept = kept;
