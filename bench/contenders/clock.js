// Two readings of a clock and their difference, which is the least that a stage can do from JS.
import { performance } from 'node:perf_hooks';
import { SAMPLE_LENGTH, slotIndex } from '../../dist/model/sample-layout.js';
import { loadBinding } from '../../dist/native/load-addon.js';

const WALL = slotIndex.wall_ns;

/** @param {{ clock: 'hrtime' | 'now' | 'addon' }} options */
export function open({ clock }) {
  switch (clock) {
    case 'hrtime':
      return hrtime();
    case 'now':
      return now();
    case 'addon':
      return addon();
    default:
      throw new Error(`no clock "${clock}"`);
  }
}

function hrtime() {
  const { bigint } = process.hrtime;
  const sums = { wallNs: 0 };
  return {
    sums,
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        const before = bigint();
        sums.wallNs += Number(bigint() - before);
      }
    },
  };
}

function now() {
  const sums = { wallMs: 0 };
  return {
    sums,
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        const before = performance.now();
        sums.wallMs += performance.now() - before;
      }
    },
  };
}

/** The sampler of a time-only profiler, without the profiler itself. */
function addon() {
  const slots = new Float64Array(new SharedArrayBuffer(SAMPLE_LENGTH * Float64Array.BYTES_PER_ELEMENT));
  const { readEntry, readExit } = loadBinding().binding.samplerOpen(slots, 0);
  const sums = { wallNs: 0 };
  return {
    sums,
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        readEntry();
        const before = slots[WALL];
        readExit();
        sums.wallNs += slots[WALL] - before;
      }
    },
  };
}
