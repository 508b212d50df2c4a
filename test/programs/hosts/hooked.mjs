// Checks the order of the calls of async_hooks while stages run. Prints how many resources of each type were made
// (promises only on request), and each breach: an id that is used twice or before it was made, `before` and `after` that
// do not nest, an unknown trigger.
import { AsyncLocalStorage, createHook, executionAsyncId, triggerAsyncId } from 'node:async_hooks';
import { activeProfiler } from 'stageprof';

const profiler = activeProfiler();
const storage = new AsyncLocalStorage();
const made = {};
const breaches = new Set();
const types = new Map();
const entered = [];
const hook = createHook({
  init(id, type) {
    if (types.has(id)) breaches.add(`${type} made twice`);
    types.set(id, type);
    made[type] = (made[type] ?? 0) + 1;
  },
  before(id) {
    if (!types.has(id)) breaches.add('entered before it was made');
    if (executionAsyncId() !== id) breaches.add('another is running');
    entered.push(id);
  },
  after(id) {
    // A resource that was entered before the hook was enabled is also left.
    if (entered.length > 0 && entered.pop() !== id) breaches.add('left in another order');
  },
});

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function work(n) {
  await sleep(n);
  profiler.stage('inner', () => {
    if (storage.getStore() !== n) breaches.add('the store is another');
  });
  await null;
  return storage.getStore();
}

await profiler.stage('outer', () => work(undefined));
hook.enable();
await sleep(5);
const stores = await Promise.all([1, 2, 3, 4].map((n) => storage.run(n, () => profiler.stage('outer', () => work(n)))));
const outside = profiler.stage('id', () => executionAsyncId()) === executionAsyncId();
const trigger = profiler.stage('id', () => triggerAsyncId()) === triggerAsyncId();
hook.disable();
if (process.argv[2] !== 'promises') delete made.PROMISE;
console.log(JSON.stringify({ made, breaches: [...breaches], stores, outside, trigger }));
