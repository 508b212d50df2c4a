// Questions about how long a program is stopped.
import { spreadOf } from '../statistics.js';

export const headings = ['contender', 'heap', 'stopped', 'min to max'];

/**
 * @param {{ heapMb(): number, start(): number }} contender
 * @returns {{ heapMb: number, pauseMs: number }}
 */
export function measure({ heapMb, start }) {
  return { heapMb: heapMb(), pauseMs: start() };
}

export function rowsOf({ contenders }, results) {
  return contenders.map(({ name }) => {
    const trials = results.get(name);
    const pause = spreadOf(trials.map(({ pauseMs }) => pauseMs));
    const heap = spreadOf(trials.map(({ heapMb }) => heapMb));
    return [
      name,
      `${heap.median.toFixed(0)} MiB`,
      `${pause.median.toFixed(0)} ms`,
      `${pause.min.toFixed(0)} to ${pause.max.toFixed(0)} ms`,
    ];
  });
}
