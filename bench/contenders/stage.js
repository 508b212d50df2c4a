// Stages of a StageProfiler, with a loop of its own for each form.
import { StageProfiler } from '../../dist/index.js';
import { loadNativeAddon } from '../native-addon.js';

const LABEL = 'extract';

/**
 * @param {object} options
 * @param {'handle' | 'callback' | 'nested handles' | 'nested callbacks' | 'many labels'} options.form
 * @param {readonly string[]} [options.measure] default: all sources
 * @param {number} [options.depth] how many stages are open within one another, for the nested forms
 * @param {number} [options.labels] how many labels, for `many labels`
 * @param {boolean} [options.sharedSamples] whether an entry just after a boundary may take over its slow readings. Not by
 *   default: in a loop every entry would, which those of most programs do not
 * @param {boolean} [options.recorder] whether the state is in a recorder, which is removed when the process ends
 * @param {number} [options.threads] how many that wait are started before the profiler is made
 * @param {number} [options.freeChunks] how many are in the native heap before the profiler is made
 */
export function open({
  form,
  measure,
  depth = 1,
  labels = 1,
  freeChunks = 0,
  threads = 0,
  recorder = false,
  sharedSamples = false,
}) {
  if (threads > 0) loadNativeAddon().idleThreadsStart(threads);
  if (freeChunks > 0) loadNativeAddon().freeChunksMake(freeChunks);
  const profiler = new StageProfiler({
    sharedSamples,
    ...(measure && { measure }),
    ...(recorder && { recorder: true }),
  });
  if (recorder) process.on('exit', () => profiler.close());
  switch (form) {
    case 'handle':
      return handles(profiler);
    case 'callback':
      return callbacks(profiler);
    case 'nested handles':
      return nestedHandles(profiler, depth);
    case 'nested callbacks':
      return nestedCallbacks(profiler, depth);
    case 'many labels':
      return manyLabels(profiler, labels);
    default:
      throw new Error(`no form "${form}"`);
  }
}

function handles(profiler) {
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) profiler.stage(LABEL).end();
    },
  };
}

function callbacks(profiler) {
  const body = () => {};
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) profiler.stage(LABEL, body);
    },
  };
}

function nestedHandles(profiler, depth) {
  const names = namesOf(depth);
  const stages = new Array(depth).fill(null);
  return {
    operationsPerRun: depth,
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        for (let level = 0; level < depth; level++) stages[level] = profiler.stage(names[level]);
        for (let level = depth - 1; level >= 0; level--) stages[level].end();
      }
    },
  };
}

function nestedCallbacks(profiler, depth) {
  // Built from the innermost body outwards, so that a call makes no closure.
  let body = () => {};
  for (const name of namesOf(depth - 1).reverse()) {
    const inner = body;
    body = () => profiler.stage(name, inner);
  }
  return {
    operationsPerRun: depth,
    run(iterations) {
      for (let i = 0; i < iterations; i++) profiler.stage(LABEL, body);
    },
  };
}

function manyLabels(profiler, labels) {
  const names = namesOf(labels);
  return {
    operationsPerRun: labels,
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        for (let label = 0; label < labels; label++) profiler.stage(names[label]).end();
      }
    },
  };
}

function namesOf(count) {
  return Array.from({ length: count }, (_, index) => `label${index}`);
}
