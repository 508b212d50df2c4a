// A program with a heap of small objects, in which sampled stacks are started.
import { openCpuStacks } from '../../dist/stacks/cpu-stacks.js';

/** An object of four numbers takes so many bytes with its place in the array. */
const OBJECT_BYTES = 64;

/** @param {{ heapMb: number }} options */
export function open({ heapMb }) {
  const objects = Array.from({ length: (heapMb * 2 ** 20) / OBJECT_BYTES }, (_, a) => ({ a, b: a, c: a, d: a }));
  return {
    objects,
    heapMb: () => process.memoryUsage().heapUsed / 2 ** 20,
    /** @returns how long the main thread was stopped, as the thread that samples has seen it */
    start() {
      const stacks = openCpuStacks({ hz: 100, file: null, isKernelCpu: true });
      const sleeper = new Int32Array(new SharedArrayBuffer(4));
      // On a busy machine the thread that samples may begin later than a program waits for it.
      let { startPauseMs } = stacks.read().account;
      while (startPauseMs === null) {
        Atomics.wait(sleeper, 0, 0, 50);
        ({ startPauseMs } = stacks.read().account);
      }
      stacks.release();
      return startPauseMs;
    },
  };
}
