// Endings of every kind.
import { moduleHost } from './programs.js';

const BOTH = ['run', 'register'];
const NO_CORE = ['sh', '-c', 'ulimit -c 0; exec "$@"', 'sh'];
const A = "profiler.stage('a', () => {});\n";
/** Leaves room in a stack for the frames of the profiler, which are not compared, beside all frames of the program. */
const WHOLE_STACK = ['--stack-trace-limit=50'];
const WAIT = 'setInterval(() => {}, 1000);\n';

const ending = (name, source, row) => moduleHost(`ends: ${name}`, source, row);

/** Without what Node prints of its heap, which differs between runs. */
const withoutHeapTrace = (text) => /FATAL ERROR: .*/.exec(text)?.[0] ?? text;

const BY_SIGNAL = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGQUIT', 'SIGSEGV', 'SIGALRM'];

export const ENDINGS = [
  ending(
    'returns',
    `for (let i = 0; i < 3; i++) profiler.stage('a', () => profiler.stage('b', () => {}));\nconsole.log(1);`,
    {
      stages: { a: 3, 'a.b': 3 },
      ways: BOTH,
    },
  ),
  ending('process.exit within a stage', `${A}profiler.stage('b', () => process.exit(4));`, {
    exit: 4,
    stages: { a: 1, b: [0, 0, 1] },
    ways: BOTH,
  }),
  ending('process.exitCode', `${A}process.exitCode = 5;`, { exit: 5, stages: { a: 1 }, ways: BOTH }),
  ending('an error in a stage', `${A}profiler.stage('b', () => { throw new Error('as it would') });`, {
    exit: 1,
    flags: WHOLE_STACK,
    stages: { a: 1, b: [1, 1] },
    ways: BOTH,
  }),
  ending('a rejection in a stage', `${A}profiler.stage('b', async () => { throw new Error('as it would') });`, {
    exit: 1,
    flags: WHOLE_STACK,
    stages: { a: 1, b: [1, 1] },
    ways: BOTH,
  }),
  ending('a rejection that nobody handles', `${A}Promise.reject(new Error('as it would')); ${WAIT}`, {
    exit: 1,
    stages: { a: 1 },
    ways: BOTH,
  }),
  ending('something thrown that is no error', `${A}throw { toString() { throw null } };`, {
    exit: 1,
    stages: { a: 1 },
    ways: BOTH,
  }),
  ending('process.abort', `${A}process.abort();`, {
    exit: 'SIGABRT',
    around: NO_CORE,
    mask: () => '',
    stages: { a: 1 },
  }),
  ...BY_SIGNAL.map((signal) =>
    ending(`${signal} to itself`, `${A}process.kill(process.pid, '${signal}'); ${WAIT}`, {
      exit: signal,
      around: NO_CORE,
      stages: { a: 1 },
    }),
  ),
  ending('SIGTERM to its group', `${A}process.kill(0, 'SIGTERM'); ${WAIT}`, { exit: 'SIGTERM', stages: { a: 1 } }),
  ending(
    'a handler of SIGTERM that exits',
    `process.on('SIGTERM', () => { ${A} process.exit(6); });
process.kill(process.pid, 'SIGTERM'); ${WAIT}`,
    { exit: 6, stages: { a: 1 }, ways: BOTH },
  ),
  ending(
    'a handler of SIGINT that takes its time',
    `process.once('SIGINT', async () => {
  await profiler.stage('close', () => new Promise((resolve) => setTimeout(resolve, 300)));
  console.log('closed');
  process.kill(process.pid, 'SIGINT');
});
process.kill(process.pid, 'SIGINT'); ${WAIT}`,
    { exit: 'SIGINT', stdout: 'closed', stages: { close: 1 } },
  ),
  ending(
    'process.reallyExit replaced',
    `const { reallyExit } = process;
process.reallyExit = () => { ${A} reallyExit.call(process, 7); };
process.exit(3);`,
    { exit: 7, stages: { a: 1 } },
  ),
  ending('process.reallyExit called', `${A}process.reallyExit(6);`, { exit: 6, stages: { a: 1 } }),
  ending(
    'process.exit in an exit handler',
    `process.on('exit', () => { ${A} process.exit(9); });
process.on('exit', () => console.log('never'));`,
    { exit: 9, stages: { a: 1 }, ways: BOTH },
  ),
  ending('an error in an exit handler', `process.on('exit', () => { ${A} throw new Error('as it would'); });`, {
    exit: 1,
    stages: { a: 1 },
  }),
  ending(
    'stages in exit handlers',
    `process.prependListener('exit', () => profiler.stage('first', () => {}));
process.on('exit', () => profiler.stage('last', () => console.log(process.listenerCount('exit'))));
process.on('exit', () => setImmediate(() => console.log('never')));`,
    { stages: { first: 1, last: 1 } },
  ),
  ending(
    'exit handlers added by exit handlers',
    `process.on('exit', () => {
  ${A}
  process.once('exit', () => profiler.stage('b', () => console.log('again')));
  process.exit(2);
});`,
    { exit: 2, stages: { a: 1 } },
  ),
  ending('exit handlers removed', `${A}process.removeAllListeners('exit'); process.removeAllListeners();`, {
    stages: { a: 1 },
  }),
  ending("'exit' emitted by the program", `process.emit('exit', 0); ${A}process.emit('exit', 0); ${A}`, {
    exit: [13, 0],
    stages: { a: 2 },
  }),
  ending(
    'beforeExit that has more work',
    `let rounds = 0;
process.on('beforeExit', () => {
  if (++rounds < 4) setTimeout(() => profiler.stage('a', () => console.log(rounds)), 5);
});`,
    { stages: { a: 3 }, stdout: '3' },
  ),
  ending('an await that never settles', `${A}await profiler.stage('b', () => new Promise(() => {}));`, {
    exit: 13,
    stages: { a: 1, b: [0, 0, 1] },
    ways: BOTH,
  }),
  ending('a stage that never settles', `${A}profiler.stage('b', () => new Promise(() => {})); console.log(1);`, {
    stages: { a: 1, b: [0, 0, 1] },
  }),
  ending(
    'a stack overflow that is caught',
    `let deepest = 0;
function fall(n) { deepest = n; profiler.stage('a', () => {}); fall(n + 1); }
try { fall(0); } catch (error) { console.log(error instanceof RangeError, deepest > 1000); }
profiler.stage('after', () => {});`,
    { stdout: 'true true', stages: { after: 1 }, mayTell: /^a/ },
  ),
  ending(
    'a walk of 1,000 levels',
    `const walk = (n) => profiler.stage('a', () => (n > 0 ? walk(n - 1) : 0)); console.log(walk(1000));`,
    {
      stdout: '0',
      mayTell: /^a/,
    },
  ),
  ending(
    'out of memory',
    `${A}const kept = []; profiler.stage('b', () => { for (;;) kept.push(new Array(1000).fill(kept.length)); });`,
    {
      exit: 'SIGABRT',
      flags: ['--max-old-space-size=24'],
      around: NO_CORE,
      mask: withoutHeapTrace,
      stages: { a: 1, b: [0, 0, 1] },
    },
  ),
  ending(
    'an error that a handler of uncaughtException takes',
    `process.on('uncaughtExceptionMonitor', () => console.log('monitor'));
process.on('uncaughtException', (error, origin) => { console.log(origin, error.message); process.exitCode = 3; });
setImmediate(() => profiler.stage('a', () => { throw new Error('as it would') }));
setTimeout(() => profiler.stage('b', () => console.log('later')), 20);`,
    { exit: 3, stdout: 'later', stages: { a: [1, 1], b: 1 }, ways: BOTH },
  ),
  ending(
    'a capture callback that exits',
    `process.setUncaughtExceptionCaptureCallback(() => process.exit(8));
profiler.stage('a', () => { throw 1 });`,
    { exit: 8, stages: { a: [1, 1] }, ways: BOTH },
  ),
  ending(
    'an unhandled rejection of a domain',
    `import domain from 'node:domain';
const d = domain.create();
d.on('error', (error) => { console.log(error.message, process.domain === null); profiler.stage('b', () => {}); });
d.run(() => setImmediate(() => profiler.stage('a', () => { throw new Error('as it would') })));`,
    {
      stdout: 'as it would',
      stages: { a: [1, 1], b: 1 },
    },
  ),
  ending(
    'another program takes its place',
    `${A}process.execve(process.execPath, [process.execPath, '-e', 'console.log(1); process.exitCode = 2'], process.env);`,
    {
      exit: 2,
      lines: [24, 26],
      stdout: '1',
      stages: { a: 1 },
    },
  ),
  ending(
    'its reader closes early',
    `for (let i = 0; i < 20_000; i++) profiler.stage('a', () => console.log('a line of some length', i));`,
    {
      command: ['sh', '-c', 'node main.mjs | head -n 1'],
      mayTell: /^a/,
    },
  ),
  ending('a CPU limit', `${A}for (;;);`, {
    exit: 'SIGXCPU',
    command: ['sh', '-c', 'ulimit -c 0; ulimit -S -t 1; exec node main.mjs'],
    stages: { a: 1 },
  }),
];
