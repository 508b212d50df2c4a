// malloc and free in native code: see native/malloc_loop.h.
import { loadNativeAddon } from '../native-addon.js';

/** @param {{ leastBytes: number, mostBytes: number, threads: number }} options */
export function open({ leastBytes, mostBytes, threads }) {
  const { mallocLoopRun } = loadNativeAddon();
  return {
    run(iterations) {
      mallocLoopRun(iterations, leastBytes, mostBytes, threads);
    },
  };
}
