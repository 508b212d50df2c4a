// Work that a remedy makes smaller: prints the resident MiB at the end, or the number of collections. Started with the remedy
// and without it.
import { randomBytes, scrypt } from 'node:crypto';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createDeflateRaw } from 'node:zlib';

const kept = [];

const WORKS = {
  /** Every sixteenth of 2,000 compressors stays open and keeps the memory around it from going back. */
  async freed() {
    const compressors = Array.from({ length: 2000 }, () => {
      const compressor = createDeflateRaw({ chunkSize: 64 });
      compressor.reset();
      return compressor;
    });
    for (const [index, compressor] of compressors.entries()) {
      if (index % 16 === 0) kept.push(compressor);
      else compressor.close();
    }
  },
  /** Each thread of the pool has an arena of its own. */
  async arenas() {
    const hash = promisify(scrypt);
    for (let round = 0; round < 12; round++) {
      await Promise.all(Array.from({ length: 32 }, (_, n) => hash(`password ${n}`, 'salt', 32, { N: 8192 })));
    }
  },
  /** Outputs of an addon with an allocator of its own, dropped. */
  async outputs() {
    const { compressSync } = await import('snappy');
    const input = randomBytes(8 << 20);
    for (let call = 0; call < 12; call++) compressSync(input);
    if (process.argv.includes('collect')) {
      globalThis.gc();
      await sleep(100);
      globalThis.gc();
      compressSync(randomBytes(1 << 10));
    }
    await sleep(200);
  },
  /** Objects that live for a while. */
  async objects() {
    let collections = 0;
    new PerformanceObserver((list) => {
      collections += list.getEntries().length;
    }).observe({ entryTypes: ['gc'] });
    for (let id = 0; id < 1e6; id++) kept[id % 1e5] = `${id},16.4,0.03,nucleus,left,2026-11-23`.split(',');
    await sleep(100);
    return collections;
  },
};

console.log((await WORKS[process.argv[2]]()) ?? Math.round(process.memoryUsage.rss() / 2 ** 20));
