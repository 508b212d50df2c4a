// Programs with packages that many others use: frameworks that patch, pools of workers, servers.
import { OPEN, withPackages } from './programs.js';

const STAGE_LINES = `profiler.stage('a', () => profiler.stage('b', () => {}));
await profiler.stage('later', () => new Promise((resolve) => setTimeout(resolve, 20)));
profiler.report();
`;
const STAGES = { a: 1, 'a.b': 1, later: 1 };

/** A module that has the profiler, loads a package and then opens stages. */
const loaded = (name, packages, load, row = {}) => {
  // Some packages redirect stdout.
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

const POOL_TASK = `export default async (n) => { const { activeProfiler } = await import('stageprof'); return activeProfiler().stage('task', () => n * 2); };\n`;

export const PACKAGES = [
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
  // The profiler treats a promise of another kind as a plain value: waiting for it would call its `then`.
  loaded('bluebird as Promise', ['bluebird@3'], `import bluebird from 'bluebird'; globalThis.Promise = bluebird;`, {
    after: `const p = profiler.stage('within', () => bluebird.delay(5).then(() => 3)); console.log(p instanceof bluebird, await p.tap(() => {}), typeof p.spread); console.log(await profiler.stage('cancelled', () => bluebird.reject(new Error('x'))).catch((error) => error.message));`,
    stages: { ...STAGES, within: 1, cancelled: [1, 1] },
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
      // The older version ends the process before the newer one runs its handler.
      stages: { ...STAGES, 'exit 3': 1 },
    },
  ),
  loaded(
    'signal-exit, ended by process.exit',
    ['signal-exit@4', 'old-signal-exit@npm:signal-exit@3'],
    `import { onExit } from 'signal-exit'; import old from 'old-signal-exit'; onExit((code, signal) => { profiler.stage('exit 4', () => process._rawDebug('four', code, signal)); }); old((code, signal) => { profiler.stage('exit 3', () => process._rawDebug('three', code, signal)); });`,
    {
      after: `console.log('done'); process.exit(3);`,
      exit: 3,
      // The older version ends the process before the newer one runs its handler.
      stages: { ...STAGES, 'exit 3': 1 },
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
    { after: 'console.log("done"); process.exit(4);', exit: 4, stages: STAGES },
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
      {
        stages: { pool: 1, task: 8 },
        // Under register a child process has no profiler, and tinypool gives its processes no environment.
        mayLack: name.endsWith('processes') ? ['task'] : [],
        stdout: '2,4,6,8,10,12,14,16',
        ways: ['run', 'register'],
      },
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
