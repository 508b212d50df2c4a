// Calls functions of unique names at random, among collections, compilations and evaluated code, and compares
// the functions that the tracker tells of each stack with those of an error.
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const vm = require('node:vm');
const zlib = require('node:zlib');
const { take, call, allocate, finalizing, countFrames } = require(process.env.ADDON);

let seed = isMainThread ? 1 : workerData.seed;
function below(limit) {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % limit;
}

Error.stackTraceLimit = 200;
const result = { stacks: 0, frames: 0, named: 0, wrong: [] };

/** The names on the stack as V8 tells them to an error, innermost first. */
function namesNow() {
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => sites;
  const sites = new Error().stack.slice(1);
  Error.prepareStackTrace = before;
  return sites.map((site) => site.getFunctionName() ?? '');
}

const unique = /(?:^|\.)(u\d+)$/;
function check() {
  // While a module is unloaded, as when a worker ends, no stack is taken.
  const frames = take();
  if (frames === undefined) return;
  const truth = namesNow().flatMap((name) => unique.exec(name)?.[1] ?? []);
  const found = frames.flatMap(({ name }) => unique.exec(name ?? '')?.[1] ?? []);
  result.stacks += 1;
  result.frames += truth.length;
  result.named += found.length;
  let at = 0;
  for (const name of found) {
    while (at < truth.length && truth[at] !== name) at += 1;
    if (at === truth.length && result.wrong.length < 5) result.wrong.push({ found, truth });
    at += 1;
  }
}

let functions = [];
let made = 0;
const shapes = [
  (name, next) => `(function ${name}(depth) { return ${next}; })`,
  (name, next) => `({ ${name}: (depth) => { const r = ${next}; return r; } }).${name}`,
  (name, next) => `(class { static ${name}(depth) { try { return ${next}; } finally { depth = 0; } } }).${name}`,
  (name, next) => `(function ${name}(depth) { return [depth].map((d) => { depth = d; return ${next}; })[0]; })`,
  (name, next) =>
    `(function ${name}(depth) { const g = (function* u${'0'}${name.slice(1)}() { yield ${next}; })(); return g.next().value; })`,
  (name, next) =>
    `(function ${name}(depth) { return [3, 1, 2].sort((a, b) => (depth > 0 && (depth = ${next} ?? 0), a - b)).length; })`,
  (name, next) => `(function ${name}(depth) { return call(() => ${next}); })`,
  (name, next) => `(function ${name}(depth) { return new Proxy(() => ${next}, {})(); })`,
  (name, next) =>
    `(function ${name}(depth) { return Reflect.apply((d) => { depth = d; return ${next}; }, null, [depth]); })`,
];
function make() {
  made += 1;
  const name = `u${made}`;
  const source = `${'\n'.repeat(below(4))}${shapes[below(shapes.length)](name, 'down(depth - 1)')}`;
  const file = below(3) === 0 ? {} : { filename: `script-${made}.js` };
  return new vm.Script(source, file).runInThisContext();
}

function down(depth) {
  if (depth <= 0) return leaf();
  return functions[below(functions.length)](depth);
}

function leaf() {
  const what = below(12);
  if (what < 6) check();
  else if (what === 6) allocate();
  else if (what === 7) finalizing();
  else if (what === 8) Buffer.allocUnsafeSlow(4096 + below(1 << 16)).fill(1);
  else if (what === 9) zlib.deflateSync('x'.repeat(below(5000)));
  else if (what === 10)
    JSON.parse(JSON.stringify(Array.from({ length: below(500) }, (_, i) => ({ i, text: `t${i}` }))));
  else if (below(20) === 0) globalThis.gc?.({ type: below(2) === 0 ? 'minor' : 'major' });
  return 0;
}

async function work(rounds) {
  Object.assign(globalThis, { down, call });
  for (let round = 0; round < rounds; round++) {
    // Functions and scripts go, and others get their addresses.
    functions = Array.from({ length: 30 }, make);
    for (let i = 0; i < 100; i++) {
      const depth = 1 + below(12);
      if (i % 10 === 0) await null;
      down(depth);
    }
    await new Promise(setImmediate);
  }
}

(async () => {
  const rounds = Number(process.env.ROUNDS ?? 8);
  if (!isMainThread) {
    await work(rounds / 4);
    parentPort.postMessage(result);
    return;
  }
  const workers = [11, 22].map((start) => {
    const worker = new Worker(__filename, { workerData: { seed: start } });
    return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
  });
  await work(rounds);
  const results = [result, ...(await Promise.all(workers))];
  process.stdout.write(JSON.stringify({ results, counts: countFrames() }));
})();
