// Questions about memory: how much more is in use after many operations than before them.
import { median, spreadOf } from '../statistics.js';

/** Share of the operations that is run first, so that compiled code and the young generation reach their full size. */
const WARM_UP_SHARE = 0.1;

export const headings = ['contender', 'operations', 'used heap', 'min to max', 'resident', 'min to max'];

/**
 * Runs one trial, in the contender's own process, which needs `--expose-gc`.
 *
 * @returns {{ heapKib: number, rssKib: number }} growth
 */
export function measure({ run }, { operations }) {
  run(Math.ceil(operations * WARM_UP_SHARE));
  const before = readMemory();
  run(operations);
  const after = readMemory();
  return { heapKib: (after.heapUsed - before.heapUsed) / 1024, rssKib: (after.rss - before.rss) / 1024 };
}

function readMemory() {
  // The second collection frees what the finalizers of the first one released.
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage();
}

export function rowsOf({ contenders }, results) {
  return contenders.map(({ name, operations }) => {
    const heap = spreadOf(results.get(name).map(({ heapKib }) => heapKib));
    const rss = spreadOf(results.get(name).map(({ rssKib }) => rssKib));
    return [
      name,
      operations.toLocaleString('en'),
      kib(heap.median),
      `${kib(heap.min)} to ${kib(heap.max)}`,
      kib(rss.median),
      `${kib(rss.min)} to ${kib(rss.max)}`,
    ];
  });
}

/**
 * Compares the median growth beyond that of `against`, which measures nothing. Where `against` shrank, it grew by nothing: V8
 * drops some 200 KiB of bytecode of node's own start in some processes and not in others.
 */
export function judge({ contender, against, heapKibAtMost, rssKibAtMost }, results) {
  const medianOf = (name, key) => median(results.get(name).map((trial) => trial[key]));
  const beyond = (key) => medianOf(contender, key) - Math.max(0, medianOf(against, key));
  const heap = beyond('heapKib');
  const rss = beyond('rssKib');
  return {
    isMet: heap <= heapKibAtMost && rss <= rssKibAtMost,
    found: `heap ${kib(heap)}, resident ${kib(rss)}`,
  };
}

function kib(amount) {
  return `${Math.round(amount).toLocaleString('en')} KiB`;
}
