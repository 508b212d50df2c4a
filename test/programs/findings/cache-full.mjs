// A cache of 200 MiB is full after 20 of 200 calls: it grows no further.
import { activeProfiler } from 'stageprof';

const cache = new Map();
for (let i = 0; i < 200; i++) {
  activeProfiler().stage('lookup', () => {
    if (!cache.has(i % 20)) cache.set(i % 20, Buffer.alloc(10 << 20, 1));
    return cache.get(i % 20);
  });
}
globalThis.cache = cache;
