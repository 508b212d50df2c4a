// `node patched.mjs count|throw GROUP stages|report|end`
// Replaces what a program can replace, while a few stages run, while a report is made, or from then to the end. Prints
// how often each replaced function was called; without a profiler none is.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { activeProfiler } from 'stageprof';

const profiler = activeProfiler();
const require = createRequire(import.meta.url);
const [, , mode, group, phase] = process.argv;
const { apply, ownKeys, getOwnPropertyDescriptor, defineProperty, construct } = Reflect;
const write = process.stdout.write.bind(process.stdout);
const { stringify } = JSON;

const BUILTINS = [
  'async_hooks',
  'buffer',
  'child_process',
  'crypto',
  'diagnostics_channel',
  'events',
  'fs',
  'fs/promises',
  'inspector',
  'module',
  'os',
  'path',
  'perf_hooks',
  'timers',
  'url',
  'util',
  'v8',
  'vm',
  'worker_threads',
];

const INTRINSICS = [
  'Object',
  'Function',
  'Array',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'FinalizationRegistry',
  'Promise',
  'String',
  'Number',
  'BigInt',
  'Boolean',
  'Symbol',
  'RegExp',
  'Date',
  'Error',
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Float64Array',
  'BigInt64Array',
  'Uint8Array',
  'Int32Array',
];

/** The objects whose functions are replaced, with their names. */
function targets() {
  if (group === 'builtins') {
    const modules = BUILTINS.map((name) => [name, require(`node:${name}`)]);
    const { AsyncLocalStorage, AsyncResource, createHook } = require('node:async_hooks');
    const hook = Object.getPrototypeOf(createHook({}));
    const { performance, Performance } = { ...require('node:perf_hooks'), Performance: globalThis.Performance };
    return [
      ...modules,
      ['AsyncLocalStorage.prototype', AsyncLocalStorage.prototype],
      ['AsyncResource.prototype', AsyncResource.prototype],
      ['AsyncHook.prototype', hook],
      ['EventEmitter.prototype', require('node:events').prototype],
      ['performance', performance],
      ...(Performance === undefined ? [] : [['Performance.prototype', Performance.prototype]]),
    ];
  }
  if (group === 'process')
    return [
      ['process', process],
      ['Object.getPrototypeOf(process)', Object.getPrototypeOf(process)],
    ];
  if (group === 'statics') {
    return ['JSON', 'Math', 'Reflect', 'Atomics', ...INTRINSICS].map((name) => [name, globalThis[name]]);
  }
  if (group === 'prototypes') {
    const typed = ['%TypedArray%.prototype', Object.getPrototypeOf(Float64Array.prototype)];
    const iterator = ['%ArrayIterator%.prototype', Object.getPrototypeOf([][Symbol.iterator]())];
    return [...INTRINSICS.map((name) => [`${name}.prototype`, globalThis[name].prototype]), typed, iterator];
  }
  return [['globalThis', globalThis]];
}

const calls = new (class {
  constructor() {
    Object.setPrototypeOf(this, null);
  }
})();
let isOn = false;
let isWithin = false;

function replacementOf(name, original) {
  const called = () => {
    if (!isOn || isWithin) return;
    isWithin = true;
    calls[name] = (calls[name] ?? 0) + 1;
    isWithin = false;
    if (mode === 'throw') throw new original_.Error(`${name} is not for you`);
  };
  const replaced = function (...args) {
    called();
    return new.target === undefined
      ? apply(original, this, args)
      : construct(original, args, new.target === replaced ? original : new.target);
  };
  return replaced;
}

const original_ = { Error };
// What Node itself uses: to report an error, to go on to the next line of the program, in its functions of fs, for `then`.
const LEFT = new Set([
  'globalThis.process',
  'globalThis.global',
  'globalThis.globalThis',
  'process.exit',
  'process.reallyExit',
  'path.toNamespacedPath',
  'Promise.Symbol(Symbol.species)',
]);
// What Node uses to end.
const LEFT_AT_END = /^(EventEmitter\.prototype|events|Function\.prototype)\./;

const replaced = [];
for (const [name, object] of targets()) {
  for (const key of ownKeys(object)) {
    const id = `${name}.${String(key)}`;
    const property = getOwnPropertyDescriptor(object, key);
    if (phase === 'end' && LEFT_AT_END.test(id)) continue;
    if (LEFT.has(id) || key === 'constructor' || property.configurable === false) continue;
    if (property.get !== undefined) {
      if (group === 'globals') continue;
      const get = replacementOf(id, property.get);
      replaced.push([object, key, property, { ...property, get }]);
    } else if (typeof property.value === 'function') {
      const value = replacementOf(id, property.value);
      // The replacement still has the static members and the prototype.
      Object.setPrototypeOf(value, property.value);
      value.prototype = property.value.prototype;
      replaced.push([object, key, property, { ...property, value }]);
    }
  }
}

// The same work is done before, so that nothing is loaded or compiled for the first time while functions are replaced.
const work = () => {
  profiler.stage('a', () => profiler.stage('b', () => {}));
};
const later = () => profiler.stage('later', async () => {});
const wrapped = profiler.wrap('wrapped', () => 1);
const handled = () => profiler.stage('handle');
const failing = () => {
  profiler.stage('fails', () => {
    throw null;
  });
};

work();
await later();
const set = (which) => {
  for (let i = 0; i < replaced.length; i++) defineProperty(replaced[i][0], replaced[i][1], replaced[i][which]);
};
if (phase !== 'end') set(3);
if (group === 'builtins') syncBuiltinESMExports();
let error = null;
let promise;
isOn = phase !== 'end';
try {
  if (phase === 'report') profiler.report();
  else stages();
} catch (thrown) {
  error = thrown;
}
isOn = false;
set(2);
await promise;
write(`${stringify({ error: error && `${error.message}`, calls })}\n`);
if (phase === 'end') {
  set(3);
  isOn = true;
}

function stages() {
  for (let i = 0; i < 5; i++) work();
  wrapped();
  handled().end();
  try {
    failing();
  } catch (thrown) {
    if (thrown !== null) throw thrown;
  }
  promise = later();
  profiler.stage('new', () => {});
}
