// The readings of a full stage in a C++ loop: see native/floor.h.
import { loadNativeAddon } from '../native-addon.js';

const MALLINFO2_USE = { never: 0, budgeted: 1, always: 2 };

/**
 * @param {object} options
 * @param {keyof typeof MALLINFO2_USE} options.mallinfo2
 * @param {number} [options.freeChunks] how many are in the native heap beforehand
 */
export function open({ mallinfo2, freeChunks = 0 }) {
  const { floorRun, freeChunksMake } = loadNativeAddon();
  if (freeChunks > 0) freeChunksMake(freeChunks);
  const use = MALLINFO2_USE[mallinfo2];
  return {
    run(iterations) {
      floorRun(iterations, use);
    },
  };
}
