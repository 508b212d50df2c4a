// Programs that look at their own process, and count what they see.
import { readFileSync } from 'node:fs';
import { moduleHost } from './programs.js';

const program = (name) => readFileSync(new URL(`../../programs/hosts/${name}`, import.meta.url), 'utf8');

/**
 * A stage returns a promise derived from that of its function, so that Node still reports a rejection that nobody handles.
 * The derived promise is another object, and what waits for it runs some microtasks later.
 */
const DERIVED = 'the promise of a stage is derived from that of its function';

const counted = (name, source, row) => moduleHost(`counts: ${name}`, source, row);

/** A CommonJS program that reads what it can of its process. */
const sees = (name, row) => ({
  name: `counts: ${name}`,
  files: { 'main.cjs': program('sees.cjs') },
  command: ['node', 'main.cjs'],
  needs: ['proc'],
  stages: { a: 1, 'a.b': 1, later: 1 },
  ...row,
});

export const COUNTED = [
  sees('what it sees of its process'),
  sees('what it sees of its process, with NODE_OPTIONS of its own', { env: { NODE_OPTIONS: '--no-warnings' } }),
  {
    name: 'counts: what it sees of a process that opens no stage',
    files: { 'main.cjs': program('sees.cjs').replace(/import\(require[\s\S]*?\n\}\);/, "see('at the end');") },
    command: ['node', 'main.cjs'],
    needs: ['proc'],
  },
  {
    name: 'counts: what a child process sees',
    files: {
      'main.cjs': program('sees.cjs'),
      'parent.mjs': `import { spawnSync } from 'node:child_process';
const { stdout, status } = spawnSync(process.execPath, ['main.cjs'], { encoding: 'utf8' });
process.stdout.write(stdout); process.exitCode = status;`,
    },
    command: ['node', 'parent.mjs'],
    needs: ['proc'],
    stages: { a: 1, 'a.b': 1, later: 1 },
  },
  {
    name: 'counts: asynchronous resources',
    files: { 'main.mjs': program('hooked.mjs') },
    command: ['node', 'main.mjs'],
    stages: { outer: 5, 'outer.inner': 5, id: 2 },
    ways: ['run', 'register'],
  },
  {
    name: 'counts: promises',
    files: { 'main.mjs': program('hooked.mjs') },
    command: ['node', 'main.mjs', 'promises'],
    differs: DERIVED,
    stages: { outer: 5, 'outer.inner': 5, id: 2 },
  },
  {
    name: 'counts: asynchronous resources, with exact attribution',
    files: { 'main.mjs': program('hooked.mjs') },
    command: ['node', 'main.mjs'],
    runFlags: ['--attribution', 'exact'],
    stages: { outer: 5, 'outer.inner': 5, id: 2 },
  },
  counted(
    'turns of the queues between stages',
    `const order = [];
setImmediate(() => order.push('immediate')); setTimeout(() => order.push('timeout'), 0);
process.nextTick(() => order.push('tick')); Promise.resolve().then(() => order.push('microtask'));
const one = profiler.stage('a', async () => { order.push('a'); await null; order.push('a 1'); await null; order.push('a 2'); });
one.then(() => order.push('a done'));
const two = profiler.stage('b', () => Promise.resolve(2));
two.then(() => order.push('b done'));
for (let i = 0, p = Promise.resolve(); i < 8; i++) p = p.then(() => order.push(i));
profiler.stage('c', () => Promise.reject(new Error('x'))).catch(() => order.push('c caught'));
await new Promise((resolve) => setTimeout(resolve, 30)); console.log(order.join());`,
    {
      stages: { a: 1, b: 1, c: [1, 1] },
      differs: DERIVED,
      ways: ['run', 'register'],
    },
  ),
  counted(
    'rejections that are handled late',
    `process.on('unhandledRejection', (reason) => console.log('unhandled', reason)); process.on('rejectionHandled', () => console.log('handled'));
const p = profiler.stage('a', () => Promise.reject(1)); setTimeout(() => p.catch(() => console.log('caught')), 20);
await new Promise((resolve) => setTimeout(resolve, 50));`,
    { stages: { a: [1, 1] }, ways: ['run', 'register'] },
  ),
  counted(
    'identities of results',
    `const promise = Promise.resolve(1); const object = {}; const error = new Error('e'); const symbol = Symbol();
console.log(profiler.stage('b', () => object) === object, profiler.stage('c', () => symbol) === symbol);
try { profiler.stage('d', () => { throw error; }); } catch (caught) { console.log(caught === error); }
function named(one, two, ...rest) { return [this, one, two, rest.length, new.target === undefined]; }
const wrapped = profiler.wrap('e', named); const self = {};
console.log(wrapped.name, wrapped.length, wrapped.apply(self, [1, 2, 3])[0] === self, Reflect.ownKeys(wrapped).join());
async function* numbers() { yield 1; yield 2; } const generator = profiler.stage('f', () => numbers()); for await (const n of generator) console.log(n);
class Thing { constructor(x) { this.x = x; } } try { const W = profiler.wrap('g', Thing); console.log(new W(3).x, new W(3) instanceof Thing); } catch (caught) { console.log(caught.message); }`,
    { ways: ['run', 'register'], mayTell: /^[a-g]$/ },
  ),
  counted(
    'the identity of a promise',
    `const promise = Promise.resolve(1); console.log(profiler.stage('a', () => promise) === promise);`,
    {
      differs: DERIVED,
      stages: { a: 1 },
    },
  ),
  counted(
    'labels of all kinds',
    `for (const label of ['__proto__', 'constructor', 'a.b.c', '..', ' ', '\\0', '\\u202e', '🦄'.repeat(2000)]) profiler.stage(label, () => {});`,
    { mayTell: /./s, ways: ['run', 'register'] },
  ),
  counted(
    'collections that it is told of',
    `import { PerformanceObserver } from 'node:perf_hooks';
let seen = 0; new PerformanceObserver((list) => { seen += list.getEntries().filter(({ name }) => name !== 'gc').length; }).observe({ entryTypes: ['mark', 'measure', 'function', 'http', 'dns', 'net', 'resource'] });
profiler.stage('a', () => {}); await new Promise((resolve) => setTimeout(resolve, 300)); console.log(seen);`,
    { stages: { a: 1 } },
  ),
  counted(
    'how long the loop is kept alive',
    `import { writeFileSync } from 'node:fs';
profiler.stage('a', () => {}); setTimeout(() => console.log('only this'), 10).unref(); process.on('beforeExit', () => console.log('idle'));`,
    { stages: { a: 1 }, ways: ['run', 'register'] },
  ),
  counted(
    'signals it is interrupted by',
    `import { execFileSync } from 'node:child_process';
profiler.stage('a', () => { for (let i = 0, until = process.hrtime.bigint() + 400_000_000n; process.hrtime.bigint() < until; i++); });
console.log(execFileSync('sh', ['-c', 'kill -0 $PPID; echo $?'], { encoding: 'utf8' }));
for (const signal of ['SIGPROF', 'SIGVTALRM', 'SIGALRM', 'SIGIO', 'SIGURG', 'SIGWINCH', 'SIGCHLD']) process.on(signal, () => console.log(signal));
profiler.stage('b', () => { for (let until = process.hrtime.bigint() + 300_000_000n; process.hrtime.bigint() < until;); });
await new Promise((resolve) => setTimeout(resolve, 50));`,
    { stages: { a: 1, b: 1 }, mask: (text) => text.replaceAll('SIGCHLD\n', '') },
  ),
];
