// Awaits of a value that is already there, with each way in which a program may be followed through them.
import { AsyncLocalStorage } from 'node:async_hooks';
import { StageProfiler } from '../../dist/index.js';

/** @param {{ form: keyof typeof FORMS }} options */
export function open({ form }) {
  return { run: FORMS[form]() };
}

async function awaits(count) {
  for (let i = 0; i < count; i++) await null;
}

/** Two loops that take turns: every await is followed by one of the other loop. */
function turns(count, start) {
  return Promise.all([start('left', () => awaits(count / 2)), start('right', () => awaits(count / 2))]);
}

function profiled(attribution, run) {
  return () => {
    // The sources that exact attribution reads.
    const profiler = new StageProfiler({ attribution, measure: ['cpu', 'js', 'native'] });
    return (iterations) => run(iterations, profiler);
  };
}

const oneStage = (iterations, profiler) => profiler.stage('one', () => awaits(iterations));
const twoStages = (iterations, profiler) => turns(iterations, (label, fn) => profiler.stage(label, fn));

const FORMS = {
  bare: () => awaits,
  'bare turns': () => (iterations) => turns(iterations, (_label, fn) => fn()),
  store: () => {
    const storage = new AsyncLocalStorage();
    return (iterations) => storage.run({}, awaits, iterations);
  },
  boundary: profiled('boundary', oneStage),
  exact: profiled('exact', oneStage),
  'boundary turns': profiled('boundary', twoStages),
  'exact turns': profiled('exact', twoStages),
};
