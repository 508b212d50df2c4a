import LRUCache from 'lru-cache';
import { activeProfiler } from 'stageprof';

const cache = new LRUCache({ maxSize: 500e6, sizeCalculation: () => 16_000 });
globalThis.cache = cache;
for (let i = 0; i < 20; i++) {
  activeProfiler().stage('load', () => {
    for (let j = 0; j < 1000; j++) cache.set(`${i}-${j}`, new Array(2000).fill(j + 0.5));
  });
}
