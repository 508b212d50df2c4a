// Programs that replace, freeze, stub or delete what a profiler might use.
import { readFileSync } from 'node:fs';
import { moduleHost } from './programs.js';

const PATCHED = readFileSync(new URL('../../programs/hosts/patched.mjs', import.meta.url), 'utf8');
const GROUPS = ['builtins', 'process', 'statics', 'prototypes', 'globals'];

const A = "profiler.stage('a', () => {});\n";
const BOTH = ['run', 'register'];

const replaced = (name, source, row) =>
  moduleHost(`replaces: ${name}`, source, { stages: { a: 1 }, ways: BOTH, ...row });

const STAGES_OF_PATCHED = { a: 6, 'a.b': 6, later: 2, wrapped: 1, handle: 1, fails: [1, 1], new: 1 };

const WHILE = { stages: 'stages run', report: 'a report is made', end: 'the program ends' };

const KEPT =
  'the profiler calls methods of arrays, strings and typed arrays as the program left them: a stage in which one throws is not measured (docs/host.md)';

/** Why a host cannot be the same, by the group that is replaced and the phase. */
const INHERENT = {
  'statics report': KEPT,
  'prototypes stages': KEPT,
  'prototypes report': KEPT,
  'prototypes end': "after a stage was opened, Node's own async hooks call methods of arrays",
};

const patched = (mode, group, phase) => ({
  name: `replaces: all ${group} by functions that ${mode}, while ${WHILE[phase]}`,
  files: { 'main.mjs': PATCHED },
  command: ['node', 'main.mjs', mode, group, phase],
  stages: phase === 'report' ? { a: 1, 'a.b': 1, later: 1 } : STAGES_OF_PATCHED,
  ...(`${group} ${phase}` in INHERENT ? { differs: INHERENT[`${group} ${phase}`] } : {}),
});

export const REPLACED = [
  ...GROUPS.flatMap((group) => [
    patched('count', group, 'stages'),
    patched('throw', group, 'stages'),
    patched('count', group, 'report'),
    patched('throw', group, 'report'),
    patched('throw', group, 'end'),
  ]),
  replaced(
    'clocks that stand still',
    `import { performance as imported } from 'node:perf_hooks';
import timers from 'node:timers';
const hrtime = () => [0, 0];
hrtime.bigint = () => 0n;
process.hrtime = hrtime;
for (const object of [performance, imported, Performance.prototype]) object.now = () => 0;
Date.now = () => 0;
globalThis.Date = class { static now() { return 0; } getTime() { return 0; } valueOf() { return 0; } };
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'queueMicrotask']) {
  globalThis[name] = () => ({ unref() {}, ref() {} });
  if (name in timers) timers[name] = globalThis[name];
}
process.uptime = () => 0;
process.nextTick = () => {};
${A} profiler.report(); await profiler.stage('b', async () => {}); console.log(1);`,
    { stdout: '1', stages: { a: 1, b: 1 } },
  ),
  replaced(
    'every global in turn, by undefined',
    `const { getOwnPropertyDescriptor, defineProperty, ownKeys } = Reflect;
const kept = ownKeys(globalThis).filter((key) => typeof key === 'string');
let rounds = 0;
for (const name of kept) {
  const property = getOwnPropertyDescriptor(globalThis, name);
  if (property.configurable === false || name === 'globalThis') continue;
  delete globalThis[name];
  try { profiler.stage('a', () => { rounds++; }); profiler.report(); } catch (error) { rounds = name + error; }
  defineProperty(globalThis, name, property);
  if (typeof rounds === 'string') break;
}
console.log(rounds > 50 ? 'all' : rounds);
profiler.stage('end', () => {});`,
    { stdout: 'all', stages: { end: 1 }, mayTell: /^a$/ },
  ),
  replaced(
    'all globals, by undefined to the end',
    `const { log } = console;
for (const name of Object.getOwnPropertyNames(globalThis)) if (!['process', 'globalThis', 'Infinity', 'NaN', 'undefined'].includes(name)) delete globalThis[name];
${A} profiler.report(); log(1);`,
    { stdout: '1' },
  ),
  replaced(
    'performance, Buffer and process.hrtime',
    `delete globalThis.performance; process.hrtime = undefined; globalThis.Buffer = undefined; ${A}`,
  ),
  replaced(
    'all functions of fs',
    `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { writeSync } = fs;
for (const object of [fs.promises, fs]) {
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === 'function' && /^[a-z]/.test(name)) object[name] = () => { writeSync(1, name + ' is stubbed\\n'); throw new Error(name); };
  }
}
syncBuiltinESMExports();
${A}`,
  ),
  replaced(
    'nothing, but counts the files that are opened',
    `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
let opened = 0;
for (const name of Object.keys(fs)) {
  const original = fs[name];
  if (typeof original !== 'function' || /^[A-Z_]/.test(name)) continue;
  fs[name] = (...args) => { opened++; process.exitCode = 1; return Reflect.apply(original, fs, args); };
}
syncBuiltinESMExports();
${A} profiler.report();`,
  ),
  replaced('JSON', `JSON.stringify = () => 'nothing'; JSON.parse = () => null; ${A} profiler.report();`),
  replaced(
    'toJSON of all objects',
    `Object.prototype.toJSON = () => 'nothing'; Array.prototype.toJSON = () => 1; BigInt.prototype.toJSON = () => 2; ${A}`,
    // Only under `run`: register itself writes JSON in the process.
    { ways: ['run'] },
  ),
  replaced(
    'members of all objects',
    `const traps = ['measure', 'attribution', 'collect', 'recorder', 'stacks', 'threads', 'get', 'set', 'value', 'enumerable',
  'writable', 'configurable', 'flag', 'flags', 'mode', 'encoding', 'signal', 'recursive', 'force', 'then', 'code', 'length', '0', '1',
  'once', 'capture', 'signal', 'stdio', 'env', 'cwd', 'execArgv', 'highWaterMark', 'start', 'end', 'label', 'calls', 'enabled'];
for (const name of traps.slice(0, 6).concat(traps.slice(18))) {
  Object.defineProperty(Object.prototype, name, { configurable: true, get() { return undefined; }, set(value) {
    Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
  } });
}
${A} profiler.report(); console.log(1);
for (const name of traps) delete Object.prototype[name];`,
    { stdout: '1' },
  ),
  replaced(
    'members of all objects, by values',
    `for (const name of ['measure', 'attribution', 'collect', 'recorder', 'stacks', 'flag', 'mode', 'recursive', 'parent', 'children']) {
  Object.prototype[name] = 'surprise';
}
${A} profiler.report(); console.log(1);`,
    { stdout: '1' },
  ),
  replaced(
    'the iterator of arrays',
    `Array.prototype[Symbol.iterator] = function* () {}; Map.prototype[Symbol.iterator] = function* () {};
Set.prototype[Symbol.iterator] = function* () {}; String.prototype[Symbol.iterator] = function* () {};
Array.prototype.map = Array.prototype.filter = Array.prototype.forEach = () => []; ${A} profiler.report();`,
    { differs: KEPT },
  ),
  replaced(
    'indexes of arrays, by setters',
    `let sets = 0;
for (let i = 0; i < 20; i++) Object.defineProperty(Array.prototype, i, { configurable: true, set(value) { sets++; Object.defineProperty(this, i, { value, writable: true, enumerable: true, configurable: true }); }, get() {} });
${A} profiler.stage('b', () => profiler.stage('c', () => {}));
const after = sets;
for (let i = 0; i < 20; i++) delete Array.prototype[i];
console.log(after);`,
    { stages: { a: 1, b: 1, 'b.c': 1 }, differs: KEPT },
  ),
  replaced(
    'Promise',
    `const Native = Promise;
let thens = 0;
globalThis.Promise = class Other extends Native { };
Native.prototype.then = new Proxy(Native.prototype.then, { apply(target, self, args) { thens++; return Reflect.apply(target, self, args); } });
const result = profiler.stage('a', () => new Promise((resolve) => resolve(3)));
console.log(result instanceof Promise, result.constructor.name, thens);
await profiler.stage('b', async () => 1);
console.log(thens);`,
    { stages: { a: 1, b: 1 } },
  ),
  replaced(
    'promises by thenables',
    `const thenable = { calls: 0, then(resolve) { this.calls++; setTimeout(resolve, 5, 7); } };
const result = profiler.stage('a', () => thenable);
console.log(result === thenable, await result, thenable.calls);
const hostile = { get then() { console.log('then was read'); return undefined; } };
console.log(profiler.stage('b', () => hostile) === hostile);
const proxy = new Proxy({}, { get(target, key) { console.log('read', String(key)); return undefined; } });
profiler.stage('c', () => proxy);`,
    { stages: { a: 1, b: 1, c: 1 } },
  ),
  replaced(
    'Symbol.for and the registry of symbols',
    `Symbol.for = () => { throw 1 }; Symbol.keyFor = () => { throw 1 }; ${A} profiler.report();
Object.defineProperty(globalThis, Symbol.asyncDispose ?? 'x', { value: 1 });`,
  ),
  replaced(
    'process by a proxy',
    `const real = process;
let read = 0;
globalThis.process = new Proxy(real, { get(target, key) { read++; return Reflect.get(target, key, target); }, set() { throw 1 } });
${A} profiler.report(); const seen = read; globalThis.process = real; console.log(seen);`,
  ),
  replaced(
    'process.on and process.emit',
    `for (const name of ['on', 'once', 'addListener', 'prependListener', 'off', 'removeListener']) process[name] = () => { console.log(name); return process; };
const { emit } = process;
process.emit = function (name, ...args) { console.log('emit', name); return Reflect.apply(emit, process, [name, ...args]); };
${A} profiler.report();`,
    // Node cannot remove its own handler of 'exit' then.
    { exit: [13, 0] },
  ),
  replaced(
    'nothing, but listens for new listeners',
    `process.on('newListener', (name) => console.log('new', name)); process.on('removeListener', (name) => console.log('removed', name));
${A} profiler.report();`,
    { ways: ['run'] },
  ),
  replaced(
    'the number of listeners that is allowed',
    `import events from 'node:events';
events.defaultMaxListeners = 1; process.setMaxListeners(1); ${A} process.on('exit', () => {});`,
    { ways: ['run'] },
  ),
  replaced(
    'members of process',
    `for (const name of ['pid', 'ppid', 'platform', 'arch', 'version', 'versions', 'features', 'release', 'config', 'argv', 'execPath', 'execArgv']) {
  try { Object.defineProperty(process, name, { value: null, configurable: true, writable: true }); } catch {}
}
${A} profiler.report(); console.log(1);`,
    { stdout: '1' },
  ),
  replaced(
    'the measuring functions of process',
    `for (const name of ['memoryUsage', 'cpuUsage', 'resourceUsage', 'constrainedMemory', 'availableMemory', 'uptime', 'hrtime', 'kill', 'getuid', 'umask', 'cwd', 'binding', 'dlopen', 'emitWarning']) {
  process[name] = () => { process._rawDebug(name); process.exitCode = 1; throw new Error(name); };
}
${A} profiler.report();`,
    { ways: ['run'] },
  ),
  replaced(
    'its folder, user mask and title',
    `process.chdir('/'); process.umask(0o777); process.title = 'something else'; process.env = {}; ${A}`,
  ),
  replaced(
    'TMPDIR and HOME',
    `process.env.TMPDIR = '/nowhere'; process.env.HOME = '/nowhere'; delete process.env.STAGEPROF_RUN; delete process.env.NODE_OPTIONS; ${A}`,
  ),
  replaced(
    'the folder for temporary files, by an empty one',
    `import { rmSync, mkdirSync, readdirSync } from 'node:fs';
${A} for (const name of readdirSync(process.env.TMPDIR)) if (!name.startsWith('stageprof')) rmSync(process.env.TMPDIR + '/' + name, { recursive: true }); console.log(1);`,
    { stdout: '1' },
  ),
  replaced(
    'stack traces',
    `let prepared = 0;
Error.stackTraceLimit = 0;
Error.prepareStackTrace = (error, frames) => { prepared++; return frames; };
${A} profiler.report();
try { profiler.stage(''); } catch {}
Error.captureStackTrace = () => { prepared++; };
${A.replace("'a'", "'b'")} console.log(prepared);`,
    { stages: { a: 1, b: 1 } },
  ),
  replaced(
    'the loader of modules',
    `import Module from 'node:module';
let loads = 0;
for (const name of ['_load', '_resolveFilename', '_findPath', 'createRequire']) {
  const original = Module[name];
  Module[name] = function (...args) { loads++; return Reflect.apply(original, this, args); };
}
Module.prototype.require = () => { throw 1 };
Module._extensions['.node'] = () => { throw 2 };
process.dlopen = () => { throw 3 };
${A} profiler.report(); console.log(loads);`,
  ),
  replaced(
    'WeakRef and FinalizationRegistry',
    `delete globalThis.WeakRef; delete globalThis.FinalizationRegistry; delete globalThis.SharedArrayBuffer; delete globalThis.Atomics; delete globalThis.WebAssembly; ${A} profiler.report();`,
  ),
  replaced(
    'AsyncLocalStorage',
    `import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
for (const name of ['run', 'getStore', 'enterWith', 'exit', 'disable', '_enable', '_propagate']) {
  if (name in AsyncLocalStorage.prototype) AsyncLocalStorage.prototype[name] = () => { throw new Error(name) };
}
AsyncResource.prototype.runInAsyncScope = () => { throw 1 };
await profiler.stage('a', async () => { await null; profiler.stage('b', () => {}); });`,
    { stages: { a: 1, 'a.b': 1 } },
  ),
  replaced(
    'diagnostics channels',
    `import channels from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
const seen = [];
for (const name of ['channel', 'subscribe', 'tracingChannel', 'hasSubscribers']) { const f = channels[name]; channels[name] = (...args) => { seen.push(name); return f(...args); }; }
syncBuiltinESMExports();
${A} profiler.report(); console.log(seen.join());`,
  ),
  replaced(
    'nothing, but freezes all objects',
    `const seen = new Set();
const freeze = (value) => {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) return;
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    freeze(property.value); freeze(property.get); freeze(property.set);
  }
  freeze(Object.getPrototypeOf(value));
  if (value !== process && value !== globalThis && value !== process.stdout) try { Object.freeze(value); } catch {}
};
const handle = profiler.stage('handle'); freeze(handle); freeze(profiler); handle.end();
for (const name of ['Object', 'Function', 'Array', 'Map', 'Set', 'WeakMap', 'Promise', 'JSON', 'Math', 'Reflect', 'Symbol', 'Date', 'String', 'Error', 'Float64Array']) freeze(globalThis[name]);
${A} profiler.report(); await profiler.stage('b', async () => {}); console.log(1);`,
    { stdout: '1', stages: { a: 1, b: 1, handle: 1 } },
  ),
  replaced(
    'the profiler, sealed or spread',
    `Object.freeze(profiler); ${A}
const copy = Object.assign(Object.create(profiler), { options: 1 }); copy.stage('b', () => {});
const { stage, wrap } = profiler;
try { Reflect.apply(stage, undefined, ['c', () => {}]); } catch (error) { console.log(error.constructor.name); }
`,
    { mayTell: /^[bc]$/ },
  ),
  replaced(
    'the profiler, by a proxy or by an object that inherits from it',
    `const proxy = new Proxy(profiler, {}); console.log(proxy.stage('a', () => 1), proxy.wrap('a', () => 2)(), Object.create(profiler).stage('a', () => 3), proxy.enabled !== undefined);
const handle = proxy.stage('a'); handle.end(); class Own { constructor(inner) { Object.setPrototypeOf(this, inner); } } console.log(new Own(profiler).stage('a', () => 4)); proxy.report();`,
    { stdout: '1 2 3 true', stages: {}, mayTell: /^a$/ },
  ),
  replaced(
    'the stage function of the profiler',
    `const { stage } = profiler; profiler.stage = (...args) => Reflect.apply(stage, profiler, args); ${A}
Object.getPrototypeOf(profiler).report = () => { throw 1 }; Object.getPrototypeOf(profiler).close = () => { throw 2 };`,
  ),
  replaced(
    'V8 flags while it runs',
    `import v8 from 'node:v8';
v8.setFlagsFromString('--no-opt'); v8.setFlagsFromString('--expose-gc'); v8.setFlagsFromString('--stress-compaction'); v8.setFlagsFromString('--predictable-gc-schedule');
for (const name of ['getHeapStatistics', 'getHeapSpaceStatistics', 'setFlagsFromString']) v8[name] = () => { throw 1 };
${A} profiler.report();`,
  ),
  replaced(
    'how stderr and stdout are written to',
    `process.stdout.write = () => true; process.stderr.write = () => true; console.error = console.log = () => {}; ${A}`,
    { ways: ['run'] },
  ),
  replaced(
    'stdout and stderr by others',
    `Object.defineProperty(process, 'stderr', { get() { throw 1 } }); Object.defineProperty(process, 'stdout', { get() { throw 2 } }); ${A}`,
    { ways: ['run'] },
  ),
];
