// node busy-stages.mjs <URL of dist/> <attribution> <scale>
// Runs stages that interleave over every kind of async work. Each is busy for a time that is measured here. Prints
// these times by label, and the report of the profiler.
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter, on } from 'node:events';
import { promises, stat } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const dist = process.argv[2];
const { StageProfiler } = await import(new URL('index.js', dist).href);
const { loadBinding } = await import(new URL('native/load-addon.js', dist).href);
const { SAMPLE_LENGTH, SAMPLE_MASK, slotIndex } = await import(new URL('model/sample-layout.js', dist).href);

const ROUNDS = 5;
const threadCpuNs = threadClock();
const busyNs = {};

/** A clock that the profiler does not share. The one of Node counts in ticks on some machines. */
function threadClock() {
  const slots = new Float64Array(new SharedArrayBuffer(SAMPLE_LENGTH * 8));
  const { readThreadUse } = loadBinding().binding.samplerOpen(slots, SAMPLE_MASK.cpu);
  return () => {
    readThreadUse();
    return slots[slotIndex.thread_cpu_ns];
  };
}

function busy(label, milliseconds) {
  const start = threadCpuNs();
  let now = start;
  while (now - start < milliseconds * 1e6) now = threadCpuNs();
  busyNs[label] = (busyNs[label] ?? 0) + (now - start);
}

/** Runs other work of a stage, and counts it as that: starting an operation on files takes 0.1 ms or more. */
function counted(label, fn) {
  const start = threadCpuNs();
  const result = fn();
  busyNs[label] = (busyNs[label] ?? 0) + (threadCpuNs() - start);
  return result;
}

/** Each kind calls `work` `ROUNDS` times in its callbacks or continuations. `own` counts the function that it runs. */
const KINDS = {
  async promises(work) {
    for (let i = 0; i < ROUNDS; i++) {
      await null;
      work();
    }
  },
  async 'timers-promises'(work) {
    for (let i = 0; i < ROUNDS; i++) {
      await sleep(1);
      work();
    }
  },
  timers: (work) => repeat(work, (next) => setTimeout(next, 1)),
  immediates: (work) => repeat(work, (next) => setImmediate(next)),
  ticks: (work) => repeat(work, (next) => process.nextTick(next)),
  microtasks: (work) => repeat(work, (next) => queueMicrotask(next)),
  stat: (work, own) => repeat(work, (next) => own(() => stat('/', next))),
  'fs-promises': async (work, own) => {
    for (let i = 0; i < ROUNDS; i++) {
      await own(() => promises.stat('/'));
      work();
    }
  },
  interval: (work) =>
    new Promise((resolve) => {
      let left = ROUNDS;
      const timer = setInterval(() => {
        work();
        if (--left > 0) return;
        clearInterval(timer);
        resolve();
      }, 1);
    }),
  /** The listener runs in the context that emits, which is the one of this stage. */
  emitter: (work) => {
    const emitter = new EventEmitter().on('step', work);
    return repeat(
      () => emitter.emit('step'),
      (next) => setImmediate(next),
    );
  },
  async 'async-iterator'(work) {
    const emitter = new EventEmitter();
    const emitting = repeat(
      () => emitter.emit('step'),
      (next) => setImmediate(next),
    );
    let left = ROUNDS;
    for await (const _ of on(emitter, 'step')) {
      work();
      if (--left === 0) break;
    }
    await emitting;
  },
  async generator(work) {
    async function* steps() {
      for (let i = 0; i < ROUNDS; i++) {
        await sleep(1);
        yield i;
      }
    }
    for await (const _ of steps()) work();
  },
  /** A context outside of any stage calls this, and goes on after it. */
  resource: (work) =>
    new Promise((resolve) => {
      const resource = new AsyncResource('busy');
      let left = ROUNDS;
      outsiders.push(() => {
        if (left === 0) return false;
        resource.runInAsyncScope(work);
        busy('(outside)', 0.1);
        if (--left === 0) resolve();
        return true;
      });
    }),
};

function repeat(work, schedule) {
  return new Promise((resolve) => {
    let left = ROUNDS;
    const step = () => {
      work();
      if (--left > 0) schedule(step);
      else resolve();
    };
    schedule(step);
  });
}

const outsiders = [];

/** All kinds at once, two parts each, while something outside of any stage is busy too. */
async function runAll(profiler, scale) {
  const ticker = setInterval(() => {
    busy('(outside)', scale / 2);
    for (const outsider of [...outsiders]) if (!outsider()) outsiders.splice(outsiders.indexOf(outsider), 1);
  }, 2);
  await Promise.all(
    Object.entries(KINDS).map(([kind, run]) =>
      profiler.stage(kind, async () => {
        await Promise.all(
          [30, 45].map((share) => {
            const part = `part${share}`;
            const label = `${kind}.${part}`;
            const work = () => busy(label, scale * share);
            return profiler.stage(part, () => run(work, (fn) => counted(label, fn)));
          }),
        );
        busy(kind, scale);
        await null;
        const handle = profiler.stage('handle');
        busy(`${kind}.handle`, scale);
        handle.end();
        busy(kind, scale);
      }),
    ),
  );
  clearInterval(ticker);
}

const options = { attribution: process.argv[3], measure: ['cpu', 'js', 'native'] };
// Has V8 compile everything first, since that costs a millisecond here and there.
const scratch = new StageProfiler(options);
for (let pass = 0; pass < 20; pass++) await runAll(scratch, 0.001);
scratch.close();
for (const label of Object.keys(busyNs)) busyNs[label] = 0;

const profiler = new StageProfiler(options);
await runAll(profiler, Number(process.argv[4]));
profiler.close();
process.stdout.write(JSON.stringify({ busyNs, report: profiler.report() }));
