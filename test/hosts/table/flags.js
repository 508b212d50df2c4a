// Flags of node, and programs that are not started from a file of their own.
import { OPEN } from './programs.js';

const BODY = `${OPEN}
profiler.stage('a', () => profiler.stage('b', () => {}));
await profiler.stage('later', () => new Promise((resolve) => setTimeout(resolve, 20)));
profiler.report();
console.log('done');
`;

const STAGES = { a: 1, 'a.b': 1, later: 1 };

// `run` loads this too, as every node program does, so only the host prints.
const FIRST = 'if (process.argv[1].endsWith("main.mjs")) console.log("first");';

const flagged = (flags, row) => ({
  name: `flags: ${flags.join(' ')}`,
  files: { 'main.mjs': BODY },
  command: ['node', ...flags, 'main.mjs'],
  stages: STAGES,
  stdout: 'done',
  ways: ['run', 'register'],
  ifNodeSurvives: true,
  ...row,
});

const FLAGS_ALONE = [
  '--frozen-intrinsics',
  '--disallow-code-generation-from-strings',
  '--jitless',
  '--stack-size=200',
  '--stack-trace-limit=0',
  '--max-old-space-size=32',
  '--max-semi-space-size=1',
  '--use-largepages=on',
  '--experimental-vm-modules',
  '--trace-uncaught',
  '--trace-warnings',
  '--trace-deprecation',
  '--trace-exit',
  '--trace-sigint',
  '--pending-deprecation',
  '--throw-deprecation',
  '--unhandled-rejections=strict',
  '--unhandled-rejections=warn',
  '--enable-source-maps',
  '--preserve-symlinks',
  '--preserve-symlinks-main',
  '--no-opt',
  '--single-threaded',
  '--expose-gc',
  '--expose-internals',
  '--zero-fill-buffers',
  '--abort-on-uncaught-exception',
  '--node-memory-debug',
  '--no-node-snapshot',
  '--no-global-search-paths',
  '--disable-wasm-trap-handler',
  '--force-context-aware',
  '--interpreted-frames-native-stack',
  '--experimental-default-type=module',
  '--experimental-network-inspection',
  '--experimental-require-module',
  '--no-experimental-require-module',
  '--no-experimental-global-navigator',
  '--no-async-context-frame',
  '--experimental-async-context-frame',
  '--no-experimental-strip-types',
  '--experimental-transform-types',
  '--experimental-shadow-realm',
  '--track-heap-objects',
  '--verify-base-objects',
  '--disable-sigusr1',
  '--stress-compaction',
  '--always-sparkplug',
  '--entry-url',
];

const program = (name, files, command, row) => ({
  name: `flags: ${name}`,
  files,
  command,
  ways: ['run', 'register'],
  ...row,
});

export const FLAGS = [
  ...FLAGS_ALONE.map((flag) => flagged([flag])),
  flagged(['--disable-proto=delete'], { ways: ['run', 'register'] }),
  flagged(['--disable-proto=throw']),
  // A report reads files of the system, so the program does not ask for one.
  flagged(['--trace-sync-io'], { files: { 'main.mjs': BODY.replace('profiler.report();', '') }, ways: ['run'] }),
  // Without the addon, what only the addon reads is not measured.
  flagged(['--no-addons']),
  flagged(['--inspect=0'], { mask: (text) => text.replace(/ws:.*/g, 'ws:') }),
  flagged(['--cpu-prof', '--cpu-prof-name=profile'], { ignores: /profile$/ }),
  flagged(['--heap-prof', '--heap-prof-name=profile'], { ignores: /profile$/ }),
  flagged(['--heapsnapshot-signal=SIGUSR2']),
  flagged(['--report-on-signal']),
  flagged(['--redirect-warnings=warnings.txt', '--pending-deprecation']),
  flagged(['--diagnostic-dir=<tmp>', '--report-uncaught-exception']),
  flagged(['--trace-event-categories=v8', '--trace-event-file-pattern=trace.json'], {
    ignores: /trace\.json$/,
  }),
  flagged(['--prof', '--logfile=<tmp>/v8.log', '--no-logfile-per-isolate'], { ignores: /v8\.log$/ }),
  flagged(['--perf-basic-prof'], { ignores: /perf-|isolate-/ }),
  flagged(['--secure-heap=65536']),
  flagged(['--experimental-permission', '--allow-fs-read=*', '--allow-fs-write=*'], {
    lines: [20, 22],
    ways: ['run'],
  }),
  flagged(['--permission', '--allow-fs-read=*', '--allow-fs-write=*'], {
    lines: [24, 26],
    ways: ['run'],
  }),
  flagged(
    [
      '--permission',
      '--allow-fs-read=*',
      '--allow-fs-write=*',
      '--allow-addons',
      '--allow-worker',
      '--allow-child-process',
    ],
    { lines: [24, 26], ways: ['run'] },
  ),
  ...[
    ['--experimental-permission', [20, 22]],
    ['--permission', [24, 26]],
  ].map(([flag, lines]) =>
    program(
      `${flag}, with leave to read the program alone`,
      { 'main.mjs': "console.log('done');" },
      ['node', flag, '--allow-fs-read=<world>/*', 'main.mjs'],
      { lines, ways: ['run'], report: false, says: /permission/, stdout: 'done' },
    ),
  ),
  flagged(['--import', 'data:text/javascript,console.log("first")']),
  flagged(['--require', './first.cjs'], { files: { 'main.mjs': BODY, 'first.cjs': 'console.log("first");' } }),
  flagged(['--experimental-loader', './loader.mjs', '--no-warnings'], {
    files: {
      'main.mjs': BODY,
      'loader.mjs':
        'export async function load(url, context, next) { return next(url, context); } export async function resolve(name, context, next) { return next(name, context); }',
    },
  }),
  flagged(['--conditions=development']),
  flagged([], {
    name: 'flags: NODE_OPTIONS with quotes',
    env: { NODE_OPTIONS: '--require "./a file.cjs" --no-warnings --max-old-space-size=100' },
    files: { 'main.mjs': BODY, 'a file.cjs': FIRST },
  }),
  flagged([], {
    name: 'flags: NODE_OPTIONS with escapes',
    env: { NODE_OPTIONS: '  "--require=./a \\"file\\".cjs"  ' },
    files: { 'main.mjs': BODY, 'a "file".cjs': FIRST },
  }),
  flagged([], {
    name: 'flags: NODE_PENDING_DEPRECATION, NODE_DEBUG of none, NODE_EXTRA_CA_CERTS',
    env: { NODE_PENDING_DEPRECATION: '1', NODE_DEBUG: 'nothing', NODE_EXTRA_CA_CERTS: '/nowhere' },
  }),
  flagged([], { name: 'flags: NODE_V8_COVERAGE', env: { NODE_V8_COVERAGE: 'coverage' }, ignores: /coverage\// }),
  flagged([], { name: 'flags: NODE_COMPILE_CACHE', env: { NODE_COMPILE_CACHE: 'cache' }, ignores: /cache\// }),
  flagged([], {
    name: 'flags: NO_COLOR, FORCE_COLOR and TERM',
    env: { NO_COLOR: '1', FORCE_COLOR: '3', TERM: 'dumb', COLUMNS: '7' },
  }),
  flagged([], {
    name: 'flags: UV_THREADPOOL_SIZE, UV_USE_IO_URING',
    env: { UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '1' },
  }),
  flagged([], {
    name: 'flags: variables of the profiler that are nonsense',
    env: {
      STAGEPROF_RUN: '{"folder":3}',
      STAGEPROF_DIR: '/nowhere',
      STAGEPROF_OUT: '/nowhere',
      STAGEPROF_TRACK_MODULES: 'x',
    },
    ways: ['run'],
  }),
  flagged([], {
    name: 'flags: a system where OPENSSL_CONF is broken',
    env: { OPENSSL_CONF: '/dev/null', SSL_CERT_FILE: '/nowhere' },
  }),
  program(
    '--test, with timers that are mocked',
    {
      'a.test.mjs': `${OPEN}import test from 'node:test'; import assert from 'node:assert';
test('clocks stand still', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: 5 });
  profiler.stage('a', () => assert.equal(Date.now(), 5));
  const waits = profiler.stage('waits', () => new Promise((resolve) => setTimeout(resolve, 1e9)));
  t.mock.timers.tick(1e9); await waits; profiler.report();
});
test('fails', () => profiler.stage('b', () => assert.equal(1, 2)));
test('mocks', (t) => { const f = t.mock.fn(() => 1); profiler.stage('c', f); assert.equal(f.mock.callCount(), 1); t.mock.method(performance, 'now', () => 0); profiler.stage('c', () => {}); });`,
    },
    ['node', '--test', '--test-reporter=tap', 'a.test.mjs'],
    {
      exit: 1,
      stages: { a: 1, waits: 1, b: [1, 1], c: 2 },
      ways: ['run'],
      mask: (text) =>
        text
          .replace(/duration_ms:? [\d.]+/g, 'duration_ms')
          .replace(/(?:file:\/\/\S*\/dist\/|stack: )[\s\S]*?\.\.\.\n/g, ''),
    },
  ),
  program(
    '--eval',
    {},
    [
      'node',
      '--input-type=module',
      '--eval',
      `${OPEN}profiler.stage('a', () => console.log('done', process.argv.length));`,
      'x',
    ],
    { stages: { a: 1 }, stdout: 'done' },
  ),
  program('--print', {}, ['node', '--print', '[1, process.argv.slice(1)]', 'x'], { stdout: '1' }),
  program('--version', {}, ['node', '--version'], { stdout: 'v', report: false, ways: ['run'] }),
  program('--check', { 'main.mjs': BODY, 'wrong.mjs': 'x x' }, ['node', '--check', 'main.mjs'], { ways: ['run'] }),
  // Only under `run`: with `--import` Node uses another loader, whose frames are in the stack.
  program('a syntax error', { 'main.cjs': 'x x' }, ['node', 'main.cjs'], { exit: 1, ways: ['run'] }),
  program('a file that is not there', {}, ['node', 'nowhere.mjs'], { exit: 1, ways: ['run'] }),
  program('an option that is not there', {}, ['node', '--nonsense', 'x'], { exit: 9, report: false, ways: ['run'] }),
  program(
    'modules of all kinds',
    {
      'main.cjs': `const { activeProfiler } = require('./asked.cjs'); require.cache; const text = require('./data.json'); import('./more.mjs').then(({ run }) => run(text));`,
      'asked.cjs': `exports.activeProfiler = () => import('stageprof').then((module) => module.activeProfiler());`,
      'data.json': '{ "a": 1 }',
      'more.mjs': `${OPEN}import data from './data.json' with { type: 'json' }; export const run = (text) => profiler.stage('a', () => console.log(text.a === data.a, import.meta.url.endsWith('more.mjs')));`,
    },
    ['node', '--no-warnings', 'main.cjs'],
    { stages: { a: 1 }, stdout: 'true true' },
  ),
  program(
    'a main module whose kind Node has to guess',
    {
      'main.js': `const fs = require('fs'); console.log(typeof fs.readFileSync, require.main === module, __filename.length > 3, module.paths.length > 0);`,
    },
    ['node', 'main.js'],
    { stdout: 'function true' },
  ),
  program('a program without an extension', { main: `console.log(require.main === module);` }, ['node', './main'], {
    stdout: 'true',
  }),
  program(
    'a snapshot that is built and started',
    {
      'entry.js': `const v8 = require('v8'); globalThis.kept = [1, 2]; v8.startupSnapshot.setDeserializeMainFunction(() => console.log('from the snapshot', globalThis.kept));`,
    },
    ['sh', '-c', 'node --snapshot-blob snap.blob --build-snapshot entry.js && node --snapshot-blob snap.blob main.js'],
    { ways: ['run'], stdout: 'from the snapshot', ignores: /snap\.blob$/ },
  ),
  program(
    'a single executable',
    {
      'entry.js': `console.log('single', process.argv.length);`,
      'sea.json': '{ "main": "entry.js", "output": "sea.blob", "disableExperimentalSEAWarning": true }',
    },
    ['node', '--experimental-sea-config', 'sea.json'],
    { ways: ['run'], ignores: /sea\.blob$/ },
  ),
  program(
    // When vm ends a script at its time limit, no `finally` runs, so that stage stays open.
    'contexts of vm',
    {
      'main.mjs': `${OPEN}import vm from 'node:vm'; const context = vm.createContext({ profiler, console }); vm.runInContext("profiler.stage('a', () => console.log(1)); profiler.stage('b', async () => {}).then(() => console.log(2))", context); try { vm.runInNewContext('for (;;);', {}, { timeout: 50 }); } catch (error) { profiler.stage('c', () => console.log(error.code)); } try { vm.runInNewContext("profiler.stage('d', () => { for (;;); })", { profiler }, { timeout: 50 }); } catch (error) { console.log(error.code); } profiler.stage('e', () => {});`,
    },
    ['node', 'main.mjs'],
    { stages: { a: 1, b: 1, c: 1, d: [0, 0, 1] }, mayTell: /e$/ },
  ),
  program(
    'WebAssembly and atomics',
    {
      'main.mjs': `${OPEN}const memory = new WebAssembly.Memory({ initial: 10, maximum: 100 }); profiler.stage('a', () => memory.grow(10)); const shared = new Int32Array(new SharedArrayBuffer(8)); console.log(profiler.stage('b', () => Atomics.wait(shared, 0, 0, 30)), memory.buffer.byteLength);`,
    },
    ['node', 'main.mjs'],
    { stages: { a: 1, b: 1 }, stdout: 'timed-out' },
  ),
  program('a REPL of stdin', {}, ['node', '-i'], {
    stdin: '1 + 1\n.exit\n',
    mask: (text) => text.replace(/Welcome.*\n/, ''),
  }),
];
