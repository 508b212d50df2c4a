// A loop over small work, bare and with stages of the nullProfiler. The profiler is a parameter, as in library code:
// `function extract(input, profiler = nullProfiler)`. The work changes `state`, so that it cannot be optimised away.
import { nullProfiler } from '../../dist/index.js';

const LABEL = 'extract';
const BYTES = Uint8Array.from({ length: 256 }, (_, index) => (index * 37) & 255);

const WORK = {
  /** FNV-1a over 256 bytes, which takes some hundred nanoseconds. */
  hash(seed) {
    let hash = seed | 0;
    for (let i = 0; i < BYTES.length; i++) hash = Math.imul(hash ^ BYTES[i], 16777619);
    return hash;
  },
  /** One multiplication and one addition. The next call needs the result. */
  'near-empty'(seed) {
    return (Math.imul(seed, 31) + 7) | 0;
  },
};

/** @param {{ work: keyof typeof WORK, form: keyof typeof FORMS }} options */
export function open({ work, form }) {
  const state = { value: 1 };
  return { state, run: FORMS[form](state, WORK[work], nullProfiler) };
}

const FORMS = {
  bare: (state, doWork) => (iterations) => {
    for (let i = 0; i < iterations; i++) state.value = doWork(state.value);
  },

  handle: (state, doWork, profiler) => (iterations) => {
    for (let i = 0; i < iterations; i++) {
      const stage = profiler.stage(LABEL);
      try {
        state.value = doWork(state.value);
      } finally {
        stage.end();
      }
    }
  },

  callback: (state, doWork, profiler) => {
    const pass = () => doWork(state.value);
    return (iterations) => {
      for (let i = 0; i < iterations; i++) state.value = profiler.stage(LABEL, pass);
    };
  },

  /** Makes a function for each pass and calls it without a stage. */
  'bare closure': (state, doWork) => {
    const call = (fn) => fn();
    return (iterations) => {
      for (let i = 0; i < iterations; i++) {
        const { value } = state;
        state.value = call(() => doWork(value));
      }
    };
  },

  /** Makes the same function for each pass and runs it as a stage. */
  closure: (state, doWork, profiler) => (iterations) => {
    for (let i = 0; i < iterations; i++) {
      const { value } = state;
      state.value = profiler.stage(LABEL, () => doWork(value));
    }
  },
};
