// lifecycle.js ADDON tracked|untracked: takes the addon from loading to the teardown of environments, where memory may be
// freed late or twice. The sanitizer finds the errors. This program only asserts that the addon is the sanitized one and
// that its calls work.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';

const dist = new URL('../../dist/', import.meta.url);
const { StageProfiler } = await import(new URL('index.js', dist).href);
const { loadBinding } = await import(new URL('native/load-addon.js', dist).href);
const { ACCOUNT_LENGTH, SAMPLE_LENGTH } = await import(new URL('model/sample-layout.js', dist).href);

const { binding, path, missing } = loadBinding();
assert.equal(missing, null);
assert.equal(path, process.argv[2]);
assert.equal(binding.sourcesRead().tracker.failure === null, process.argv[3] === 'tracked');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Buffers for slots: one that cannot be taken away, one that can be detached, and one that can also shrink. */
function buffers() {
  const bytes = SAMPLE_LENGTH * Float64Array.BYTES_PER_ELEMENT;
  return [new SharedArrayBuffer(bytes), new ArrayBuffer(bytes), new ArrayBuffer(bytes, { maxByteLength: bytes })];
}

for (const takeAway of [
  (buffer) => buffer.resizable && buffer.resize(8),
  (buffer) => structuredClone(buffer, { transfer: [buffer] }),
]) {
  for (const buffer of buffers()) {
    const sampler = binding.samplerOpen(new Float64Array(buffer), 2 ** 5 - 1, false);
    sampler.readEntry();
    if (!(buffer instanceof SharedArrayBuffer)) takeAway(buffer);
    collect();
    sampler.readExit();
    sampler.readAccount(new Float64Array(ACCOUNT_LENGTH));
    sampler.readAccount(new Float64Array(1));
    sampler.close();
    sampler.close();
    sampler.readEntry();
  }
}

for (const args of [[], [new Float64Array(3), 0], [new Uint8Array(8), 0], [new Float64Array(SAMPLE_LENGTH), -1]]) {
  assert.throws(() => binding.samplerOpen(...args), TypeError);
}
assert.throws(() => binding.heapVerify(), TypeError);
const throws = () => {
  throw new Error('not the addon’s to report');
};
binding.heapVerify(throws, throws);
binding.heapVerify(() => ({}), throws);
binding.heapVerify((await import('node:v8')).getHeapStatistics, () => process.memoryUsage().arrayBuffers);
for (const name of ['sampleLayout', 'sourcesRead', 'rssPeakRead', 'rusageChildrenRead']) binding[name]();

// These samplers are never closed. Their finalizers or the end of the environment free them.
for (let i = 0; i < 100; i++) binding.samplerOpen(new Float64Array(SAMPLE_LENGTH), i % 32).readEntry();
collect();

const profiler = new StageProfiler({ rssPeak: 'reset' });
await profiler.stage('a', async () => {
  for (let i = 0; i < 100; i++) profiler.stage('b', () => Array.from({ length: 1_000 }, () => ({ i })));
  collect();
});
const report = profiler.report();
assert.equal(report.stages[1].calls, 100);
assert.equal(report.native_memory_traced, process.argv[3] === 'tracked');

const ENDS = [
  'profiler.close();',
  'process.exit(0);',
  'for (;;) profiler.stage("b", () => ({}));',
  'await profiler.stage("b", () => new Promise(() => setInterval(() => {}, 1_000)));',
];
await Promise.all(
  ENDS.map(async (end, index) => {
    const source = `
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(new URL('index.js', dist).href)}).then(async ({ StageProfiler }) => {
        const profiler = new StageProfiler({ rssPeak: 'reset' });
        profiler.stage('a');
        parentPort.postMessage('inside');
        ${end}
      });
    `;
    const worker = new Worker(source, { eval: true, execArgv: [] });
    const exited = once(worker, 'exit');
    if (index >= 2) worker.once('message', () => setTimeout(() => worker.terminate(), 5 * index));
    await exited;
  }),
);
process.stdout.write('lived\n');
