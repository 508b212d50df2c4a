// Programs with packages that many others use: test runners, loaders, frameworks that patch, pools of workers.
import { OPEN } from './programs.js';

const STAGE_LINES = `profiler.stage('a', () => profiler.stage('b', () => {}));
await profiler.stage('later', () => new Promise((resolve) => setTimeout(resolve, 20)));
profiler.report();
`;
const STAGES = { a: 1, 'a.b': 1, later: 1 };

const withPackages = (name, packages, files, command, row) => ({
  name: `packages: ${name}`,
  packages,
  files,
  command,
  ...row,
});

/** A module that loads a package before or after it has the profiler, and opens stages. */
const loaded = (name, packages, load, row = {}) => {
  // Some packages put stdout elsewhere.
  const { after = '', print = 'console.log', ...rest } = row;
  return withPackages(
    name,
    packages,
    { 'main.mjs': `${OPEN}${load}\n${STAGE_LINES}${after}\n${print}('done');\n` },
    ['node', 'main.mjs'],
    {
      stages: STAGES,
      stdout: 'done',
      ...rest,
    },
  );
};

const FAKED = (install, advance, restore) => `${OPEN}
export async function faked() {
  ${install}
  const started = Date.now();
  const value = profiler.stage('a', () => 7);
  const waits = profiler.stage('waits', () => new Promise((resolve) => setTimeout(() => resolve(Date.now() - started), 60_000)));
  ${advance}
  const waited = await waits;
  profiler.report();
  profiler.stage('b', () => {});
  ${restore}
  return [value, waited];
}
`;
const FAKED_STAGES = { a: 1, waits: 1, b: 1 };
/** What a slow machine alone makes a test runner say. */
const SLOW = / \(TIME\)|^A worker process has failed to exit gracefully.*\n/gm;
const times = (text) =>
  text
    .replace(/\d+(\.\d+)? ?m?s\b/g, 'TIME')
    .replace(/\d\d:\d\d:\d\d/g, 'TIME')
    .replace(/(Time|Duration): .*/g, 'TIME')
    .replace(SLOW, '');

const TYPESCRIPT = `import { activeProfiler } from 'stageprof';
enum Kind { One = 1 }
interface Row { readonly kind: Kind }
const row: Row = { kind: Kind.One };
const profiler = activeProfiler();
profiler.stage('a', () => console.log('typed', row.kind));
if (process.argv[2] === 'throw') throw new Error('from line 7');
`;

const POOL_TASK = `export default async (n) => { const { activeProfiler } = await import('stageprof'); return activeProfiler().stage('task', () => n * 2); };\n`;

export const PACKAGES = [
  withPackages(
    'vitest with fake timers',
    ['vitest@3'],
    {
      'faked.js': FAKED(
        'vi.useFakeTimers();',
        'await vi.advanceTimersByTimeAsync(60_000);',
        'vi.useRealTimers();',
      ).replace('import', "import { vi } from 'vitest';\nimport"),
      'faked.test.js': `import { expect, test } from 'vitest'; import { faked } from './faked.js'; test('faked', async () => expect(await faked()).toEqual([7, 60_000]));`,
      'vitest.config.js': `export default { test: { pool: 'forks' } };`,
    },
    ['node', '<modules>/vitest/vitest.mjs', 'run', '--reporter=verbose', '--no-color'],
    { mask: times, stages: FAKED_STAGES, stdout: 'faked', ignores: /\.vite|^tmp\/(?!stageprof)/ },
  ),
  withPackages(
    'vitest with threads',
    ['vitest@3'],
    {
      'a.test.js': `import { expect, test, vi } from 'vitest'; import { activeProfiler, StageProfiler } from 'stageprof';
test('own profiler', () => { vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'hrtime'] }); const own = new StageProfiler(); own.stage('x', () => {}); expect(own.report().stages[0].calls).toBe(1); own.close(); vi.useRealTimers(); activeProfiler().stage('a', () => {}); });`,
      'vitest.config.js': `export default { test: { pool: 'threads' } };`,
    },
    ['node', '<modules>/vitest/vitest.mjs', 'run', '--no-color'],
    { mask: times, mayTell: /^a$/, ignores: /\.vite|^tmp\/(?!stageprof)/ },
  ),
  withPackages(
    'jest with fake timers',
    ['jest@29'],
    {
      'package.json': '{ "type": "module" }',
      'faked.test.js': `import { jest } from '@jest/globals';\n${FAKED('jest.useFakeTimers();', 'jest.advanceTimersByTime(60_000);', 'jest.useRealTimers();').replace('export ', '')}
test('faked', async () => expect(await faked()).toEqual([7, 60_000]));
test('faked clocks', () => { jest.useFakeTimers({ now: 0 }); profiler.stage('c', () => {}); profiler.report(); jest.useRealTimers(); });`,
      'jest.config.js': 'export default { transform: {}, maxWorkers: 1 };',
    },
    [
      'node',
      '--experimental-vm-modules',
      '--no-warnings',
      '<modules>/jest/bin/jest.js',
      '--no-cache',
      '--runInBand',
      '--detectOpenHandles',
    ],
    {
      mask: times,
      stages: { ...FAKED_STAGES, c: 1 },
      mayLack: ['a', 'waits', 'b', 'c'],
      ignores: /^tmp\/(jest|node-compile|haste)/,
    },
  ),
  withPackages(
    'jest in processes of its own',
    ['jest@29'],
    {
      'a.test.js': `const { StageProfiler } = {}; test('a', () => expect(1).toBe(1)); test('b', () => { global.performance = undefined; expect(process.hrtime()).toHaveLength(2); });`,
      'b.test.js': `test('open handles', () => expect(process.listenerCount('exit')).toBeLessThan(20)); test('fails', () => expect(1).toBe(2));`,
      'jest.config.js': 'module.exports = { transform: {}, maxWorkers: 2 };',
    },
    ['node', '<modules>/jest/bin/jest.js', '--no-cache', '--verbose'],
    {
      exit: 1,
      mask: (text) => [...times(text).split('\n')].sort().join('\n'),
      ignores: /^tmp\/(jest|node-compile|haste)/,
    },
  ),
  withPackages(
    'mocha with sinon',
    ['mocha@11', 'sinon@19'],
    {
      'faked.test.mjs': `import sinon from 'sinon'; import assert from 'node:assert';\n${FAKED('const clock = sinon.useFakeTimers({ toFake: Object.keys(sinon.clock ?? {}).length ? [] : undefined });', 'await clock.tickAsync(60_000);', 'clock.restore();').replace('export ', '')}
describe('faked', () => { it('waits', async () => assert.deepEqual(await faked(), [7, 60_000]));
it('spies', () => { const spies = ['now'].map((name) => sinon.stub(performance, name).returns(0)); const fs = sinon.spy(process, 'hrtime'); profiler.stage('c', () => {}); profiler.report(); assert.equal(spies[0].callCount, 0); assert.equal(fs.callCount, 0); sinon.restore(); }); });`,
    },
    ['node', '<modules>/mocha/bin/mocha.js', '--check-leaks', 'faked.test.mjs'],
    { mask: times, stages: { ...FAKED_STAGES, c: 1 } },
  ),
  withPackages(
    '@sinonjs/fake-timers, for all that it can fake',
    ['@sinonjs/fake-timers@14'],
    {
      'main.mjs': `import FakeTimers from '@sinonjs/fake-timers';\n${FAKED('const clock = FakeTimers.install();', 'await clock.tickAsync(60_000);', 'clock.uninstall();').replace('export ', '')}\nconsole.log(await faked()); FakeTimers.install(); profiler.stage('b', () => {});`,
    },
    ['node', 'main.mjs'],
    { stages: { ...FAKED_STAGES, b: 2 }, stdout: '[ 7, 60000 ]', ways: ['run', 'register'] },
  ),
  withPackages('tsx as a loader', ['tsx@4'], { 'main.ts': TYPESCRIPT }, ['node', '--import', 'tsx', 'main.ts'], {
    stages: { a: 1 },
    stdout: 'typed 1',
    ignores: /^tmp\/tsx/,
    ways: ['run', 'register'],
  }),
  withPackages(
    'tsx as a loader, with an error',
    ['tsx@4'],
    { 'main.ts': TYPESCRIPT },
    ['node', '--import', 'tsx', 'main.ts', 'throw'],
    { exit: 1, stages: { a: 1 }, stdout: 'typed 1', ignores: /^tmp\/tsx/ },
  ),
  withPackages('npx tsx', ['tsx@4'], { 'main.ts': TYPESCRIPT }, ['npx', 'tsx', 'main.ts'], {
    stages: { a: 1 },
    stdout: 'typed 1',
    ignores: /^tmp\/(tsx|node-compile|v8-compile)/,
  }),
  withPackages(
    'npx tsx, ended by a signal',
    ['tsx@4'],
    {
      'main.ts': `${TYPESCRIPT}process.on('SIGTERM', () => profiler.stage('closes', () => { console.log('closed'); process.exit(5); })); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`,
    },
    ['npx', 'tsx', 'main.ts'],
    { exit: 5, stages: { a: 1, closes: [0, 0, 1] }, stdout: 'closed', ignores: /^tmp\/(tsx|node-compile|v8-compile)/ },
  ),
  withPackages(
    'ts-node',
    ['ts-node@10', 'typescript@5', '@types/node@20'],
    {
      'main.ts': `const row: { kind: number } = { kind: 1 }; import('stageprof').then(({ activeProfiler }) => activeProfiler().stage('a', () => console.log('typed', row.kind)));`,
      'tsconfig.json':
        '{ "compilerOptions": { "module": "node16", "moduleResolution": "node16", "target": "es2022", "strict": false, "skipLibCheck": true }, "ts-node": { "transpileOnly": true } }',
    },
    ['node', '<modules>/ts-node/dist/bin.js', 'main.ts'],
    { stages: { a: 1 }, stdout: 'typed 1', lines: [20, 22], ignores: /v8-compile-cache/ },
  ),
  loaded('cls-hooked', ['cls-hooked@4'], `import cls from 'cls-hooked'; const namespace = cls.createNamespace('n');`, {
    after: `await namespace.runPromise(async () => { namespace.set('x', 5); await profiler.stage('within', async () => { await null; console.log(namespace.get('x')); await new Promise((resolve) => setImmediate(resolve)); console.log(namespace.get('x')); }); console.log(namespace.get('x')); });`,
    stages: { ...STAGES, within: 1 },
  }),
  loaded('zone.js', ['zone.js@0.15'], `await import('zone.js/node'); await import('zone.js');`, {
    after: `await new Promise((resolve) => Zone.current.fork({ name: 'inner', properties: { x: 3 } }).run(() => { const result = profiler.stage('within', () => new Promise((done) => setTimeout(done, 5)).then(() => { console.log(Zone.current.name, Zone.current.get('x')); })); console.log(result instanceof Promise, result.constructor.name); result.then(() => { console.log(Zone.current.name); resolve(); }); }));`,
    stages: { ...STAGES, within: 1 },
  }),
  withPackages(
    'zone.js before all else',
    ['zone.js@0.15'],
    { 'main.mjs': `import 'zone.js/node';\n${OPEN}${STAGE_LINES} console.log('done');` },
    ['node', 'main.mjs'],
    { stages: STAGES, stdout: 'done', ways: ['run', 'register'] },
  ),
  loaded(
    'dd-trace',
    ['dd-trace@5'],
    `import tracer from 'dd-trace'; tracer.init({ logInjection: true, startupLogs: false, runtimeMetrics: false });`,
    {
      after: `tracer.trace('outer', () => profiler.stage('within', () => console.log(tracer.scope().active() !== null))); console.log('done'); process.exit(0);`,
      stages: { ...STAGES, within: 1 },
      env: {
        DD_TRACE_AGENT_URL: 'http://127.0.0.1:9',
        DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
        DD_REMOTE_CONFIGURATION_ENABLED: 'false',
        DD_TRACE_STARTUP_LOGS: 'false',
      },
      mask: (text) => text.replace(/^.*(ECONNREFUSED|dd-trace|Datadog).*\n/gm, ''),
    },
  ),
  withPackages(
    'newrelic',
    ['newrelic@12'],
    {
      'main.mjs': `import newrelic from 'newrelic';\n${OPEN}${STAGE_LINES} await newrelic.startBackgroundTransaction('t', () => profiler.stage('within', async () => { await null; console.log(typeof newrelic.getTransaction()); })); console.log('done'); process.exit(0);`,
    },
    ['node', '--import', 'newrelic/esm-loader.mjs', 'main.mjs'],
    {
      stages: { ...STAGES, within: 1 },
      stdout: 'done',
      env: {
        NEW_RELIC_ENABLED: 'true',
        NEW_RELIC_APP_NAME: 'host',
        NEW_RELIC_LICENSE_KEY: '0'.repeat(40),
        NEW_RELIC_HOST: '127.0.0.1',
        NEW_RELIC_LOG_ENABLED: 'false',
        NEW_RELIC_NO_CONFIG_FILE: 'true',
      },
    },
  ),
  withPackages(
    'OpenTelemetry with instrumentations',
    [
      '@opentelemetry/api@1',
      '@opentelemetry/sdk-trace-node@2',
      '@opentelemetry/auto-instrumentations-node@0.62',
      '@opentelemetry/instrumentation@0.203',
    ],
    {
      'main.mjs': `import { NodeTracerProvider, SimpleSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-node'; import { trace, context } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation'; import auto from '@opentelemetry/auto-instrumentations-node'; import fs from 'node:fs';
const exporter = new InMemorySpanExporter(); const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }); provider.register();
registerInstrumentations({ instrumentations: [auto.getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-fs': { enabled: true, requireParentSpan: false } })] });
${OPEN}${STAGE_LINES}
await trace.getTracer('t').startActiveSpan('outer', (span) => profiler.stage('within', async () => { await null; fs.readFileSync(new URL(import.meta.url)); trace.getTracer('t').startSpan('inner').end(); console.log(trace.getActiveSpan() === span); span.end(); }));
console.log(exporter.getFinishedSpans().map(({ name }) => name).join(), 'done');`,
    },
    ['node', '--no-warnings', 'main.mjs'],
    { stages: { ...STAGES, within: 1 }, stdout: 'done' },
  ),
  loaded(
    'SES lockdown',
    ['ses@1'],
    `await import('ses'); lockdown({ errorTaming: 'unsafe', consoleTaming: 'unsafe' });`,
    {
      after: `harden(profiler); profiler.stage('hardened', () => {}); await profiler.stage('hardened', async () => {}); const compartment = new Compartment({ globals: { profiler: harden(profiler) }, __options__: true }); console.log(compartment.evaluate("profiler.stage('inner', () => 5)"));`,
      stages: { ...STAGES, hardened: 2, inner: 1 },
    },
  ),
  withPackages(
    'SES lockdown before all else',
    ['ses@1'],
    {
      'main.mjs': `import 'ses'; lockdown(); const { activeProfiler } = await import('stageprof'); const profiler = harden(activeProfiler()); ${STAGE_LINES} console.log('done');`,
    },
    ['node', 'main.mjs'],
    { stages: STAGES, stdout: 'done' },
  ),
  loaded(
    'core-js',
    ['core-js@3'],
    `await import('core-js'); delete Promise.prototype.finally; await import('core-js/actual/index.js');`,
  ),
  // A promise of another kind is a value like others: to wait for it would call its `then`.
  loaded('bluebird as Promise', ['bluebird@3'], `import bluebird from 'bluebird'; globalThis.Promise = bluebird;`, {
    after: `const p = profiler.stage('within', () => bluebird.delay(5).then(() => 3)); console.log(p instanceof bluebird, await p.tap(() => {}), typeof p.spread); console.log(await profiler.stage('cancelled', () => bluebird.reject(new Error('x'))).catch((error) => error.message));`,
    stages: { ...STAGES, within: 1, cancelled: 1 },
  }),
  loaded(
    'graceful-fs',
    ['graceful-fs@4'],
    `import graceful from 'graceful-fs'; import fs from 'node:fs'; graceful.gracefulify(fs);`,
  ),
  loaded('mock-fs', ['mock-fs@5'], `import mock from 'mock-fs'; mock({ '/fake': { file: 'x' } });`, {
    after: `import fs from 'node:fs'; process._rawDebug(fs.readFileSync('/fake/file', 'utf8'), fs.readdirSync('/').length); mock.restore();`,
    lines: [20],
  }),
  loaded(
    'memfs in place of fs',
    ['memfs@4'],
    `import { fs as memory } from 'memfs'; import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
for (const name of Object.keys(fs)) if (typeof memory[name] === 'function' && /^[a-z]/.test(name)) fs[name] = memory[name].bind(memory); syncBuiltinESMExports();`,
    { after: 'process._rawDebug(fs.readdirSync("/").length);', print: 'process._rawDebug', stdout: undefined },
  ),
  loaded(
    'signal-exit of two versions',
    ['signal-exit@4', 'old-signal-exit@npm:signal-exit@3'],
    `import { onExit } from 'signal-exit'; import old from 'old-signal-exit'; onExit((code, signal) => { profiler.stage('exit 4', () => process._rawDebug('four', code, signal)); }); old((code, signal) => { profiler.stage('exit 3', () => process._rawDebug('three', code, signal)); });`,
    {
      after: `console.log('done'); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`,
      exit: 'SIGTERM',
      stages: { ...STAGES, 'exit 4': 1, 'exit 3': 1 },
    },
  ),
  loaded(
    'signal-exit, ended by process.exit',
    ['signal-exit@4', 'old-signal-exit@npm:signal-exit@3'],
    `import { onExit } from 'signal-exit'; import old from 'old-signal-exit'; onExit((code, signal) => { profiler.stage('exit 4', () => process._rawDebug('four', code, signal)); }); old((code, signal) => { profiler.stage('exit 3', () => process._rawDebug('three', code, signal)); });`,
    {
      after: `console.log('done'); process.exit(3);`,
      exit: 3,
      stages: { ...STAGES, 'exit 4': 1, 'exit 3': 1 },
    },
  ),
  withPackages(
    'source-map-support',
    ['source-map-support@0.5'],
    {
      'main.mjs': `import support from 'source-map-support'; support.install({ hookRequire: true });\n${OPEN}${STAGE_LINES} console.log('done'); profiler.stage('fails', () => { throw new Error('as it would') });`,
    },
    ['node', '--stack-trace-limit=50', 'main.mjs'],
    { exit: 1, stages: { ...STAGES, fails: [1, 1] }, stdout: 'done' },
  ),
  loaded(
    'why-is-node-running',
    ['why-is-node-running@3'],
    `const { default: why } = await import('why-is-node-running');`,
    {
      after: `setTimeout(() => why({ error: (text) => console.log(text) }), 50); setTimeout(() => {}, 80);`,
      mask: (text) => text,
    },
  ),
  loaded(
    'async-exit-hook',
    ['async-exit-hook@2'],
    `import hook from 'async-exit-hook'; hook((done) => setTimeout(() => { profiler.stage('hook', () => console.log('hook')); done(); }, 30));`,
    { after: 'console.log("done"); process.exit(4);', exit: 4, stages: { ...STAGES, hook: 1 } },
  ),
  loaded('long stack traces', ['longjohn@0.2'], `import longjohn from 'longjohn'; longjohn.async_trace_limit = 5;`, {
    lines: [20],
  }),
  loaded('trace of async hooks', ['async-listener@0.6'], `import 'async-listener';`),
  loaded(
    'express on loopback',
    ['express@4'],
    `import express from 'express'; const app = express(); app.get('/', async (request, response) => { await profiler.stage('request', async () => { await null; response.json({ a: 1 }); }); }); const server = app.listen(0); await new Promise((resolve) => server.on('listening', resolve));`,
    {
      after: `for (let i = 0; i < 5; i++) console.log(await (await fetch('http://127.0.0.1:' + server.address().port)).text()); server.close(); server.closeAllConnections();`,
      stages: { ...STAGES, request: 5 },
    },
  ),
  ...[
    [
      'piscina',
      'piscina@4',
      'import { Piscina } from "piscina"; const pool = new Piscina({ filename: new URL("task.mjs", import.meta.url).href, maxThreads: 2 }); const run = (n) => pool.run(n); const end = () => pool.destroy();',
    ],
    [
      'tinypool',
      'tinypool@1',
      'import Tinypool from "tinypool"; const pool = new Tinypool({ filename: new URL("task.mjs", import.meta.url).href, maxThreads: 2 }); const run = (n) => pool.run(n); const end = () => pool.destroy();',
    ],
    [
      'tinypool with processes',
      'tinypool@1',
      'import Tinypool from "tinypool"; const pool = new Tinypool({ runtime: "child_process", filename: new URL("task.mjs", import.meta.url).href, minThreads: 1, maxThreads: 2 }); const run = (n) => pool.run(n); const end = () => pool.destroy();',
    ],
    [
      'workerpool',
      'workerpool@9',
      'import workerpool from "workerpool"; const pool = workerpool.pool(new URL("pooled.mjs", import.meta.url).pathname, { maxWorkers: 2, workerType: "thread" }); const run = (n) => pool.exec("task", [n]); const end = () => pool.terminate();',
    ],
    [
      'workerpool with processes',
      'workerpool@9',
      'import workerpool from "workerpool"; const pool = workerpool.pool(new URL("pooled.mjs", import.meta.url).pathname, { maxWorkers: 2, workerType: "process" }); const run = (n) => pool.exec("task", [n]); const end = () => pool.terminate();',
    ],
  ].map(([name, version, make]) =>
    withPackages(
      name,
      [version],
      {
        'task.mjs': POOL_TASK,
        'pooled.mjs': `import workerpool from 'workerpool'; import task from './task.mjs'; workerpool.worker({ task });`,
        'main.mjs': `${OPEN}${make} const results = await profiler.stage('pool', () => Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(run))); console.log(results.join()); await end();`,
      },
      ['node', 'main.mjs'],
      { stages: { pool: 1, task: 8 }, mayLack: ['task'], stdout: '2,4,6,8,10,12,14,16', ways: ['run', 'register'] },
    ),
  ),
  withPackages(
    'sharp, a pool of native threads',
    ['sharp@0.34'],
    {
      'main.mjs': `import sharp from 'sharp';\n${OPEN}const made = await profiler.stage('image', () => Promise.all([1, 2, 3, 4].map((n) => sharp({ create: { width: 800, height: 600, channels: 3, background: { r: n, g: 2, b: 3 } } }).resize(200).png().toBuffer()))); console.log(made.map(({ length }) => length).join());`,
    },
    ['node', 'main.mjs'],
    { stages: { image: 1 } },
  ),
  withPackages(
    'pm2-like supervisors: nodemon',
    ['nodemon@3'],
    {
      'main.mjs': `${OPEN}profiler.stage('a', () => console.log('done')); setTimeout(() => process.kill(process.ppid, 'SIGTERM'), 300);`,
    },
    ['node', '<modules>/nodemon/bin/nodemon.js', '--quiet', '--watch', 'nothing', 'main.mjs'],
    { exit: 143, mayTell: /^a$/ },
  ),
  withPackages(
    'npm run',
    ['cross-env@7', 'concurrently@9'],
    {
      'package.json':
        '{ "name": "host", "version": "1.0.0", "scripts": { "start": "cross-env A=1 node child.mjs", "both": "concurrently --raw \\"node child.mjs\\" \\"node child.mjs\\"" } }',
      'child.mjs': `${OPEN}profiler.stage('a', () => console.log('a', process.env.A));`,
    },
    ['sh', '-c', 'npm run --silent start && npm run --silent both'],
    { stages: { a: 3 }, ignores: /^tmp\/node-compile|_logs/ },
  ),
];
