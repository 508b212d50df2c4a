// A program that makes much garbage: many short-lived objects, and some that survive for a while and die old.
import { StageProfiler } from '../../dist/index.js';

const OBJECTS_PER_PASS = 200_000;
const SURVIVORS = 50_000;
/** One of this many objects survives until its slot is used again. */
const SURVIVES = 16;

/**
 * @param {object} options
 * @param {'none' | 'js' | 'all'} options.sources what the profiler around it measures
 */
export function open({ sources }) {
  const survivors = new Array(SURVIVORS).fill(null);
  let slot = 0;

  function pass() {
    for (let i = 0; i < OBJECTS_PER_PASS; i++) {
      const object = { id: i, name: `object ${i}`, values: [i, i + 1, i + 2] };
      if (i % SURVIVES === 0) {
        survivors[slot] = object;
        slot = (slot + 1) % SURVIVORS;
      }
    }
  }

  if (sources === 'none') {
    return {
      run(iterations) {
        for (let i = 0; i < iterations; i++) pass();
      },
    };
  }
  const profiler = new StageProfiler(sources === 'js' ? { measure: ['js'] } : {});
  return {
    run(iterations) {
      const stage = profiler.stage('collect');
      for (let i = 0; i < iterations; i++) pass();
      stage.end();
    },
  };
}
