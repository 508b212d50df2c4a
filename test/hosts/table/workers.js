// Worker threads, and what a stage in one of them may do.
import { OPEN } from './programs.js';

const WORKER = `${OPEN}import { parentPort, workerData, threadId, isMainThread } from 'node:worker_threads';
for (let i = 0; i < 3; i++) profiler.stage('worker', () => {});
`;

const workers = (name, source, worker, row) => ({
  name: `workers: ${name}`,
  files: {
    'main.mjs': `${OPEN}import { once } from 'node:events';
import { Worker, SHARE_ENV, MessageChannel } from 'node:worker_threads';
profiler.stage('main', () => {});
${source}`,
    'worker.mjs': `${WORKER}${worker}`,
  },
  command: ['node', 'main.mjs'],
  stages: { main: 1, worker: 3 },
  ways: ['run', 'register'],
  ...row,
});

// Not `once`, which rejects on 'error'.
const ENDS = 'console.log("worker ended", await new Promise((resolve) => worker.on("exit", resolve)));';
const SAYS = 'console.log(String(await once(worker, "message")));';
const POSTS = 'parentPort.postMessage("from the worker");';

export const WORKERS = [
  workers('one that posts', `const worker = new Worker('./worker.mjs'); ${SAYS} ${ENDS}`, POSTS),
  workers(
    'no arguments of node',
    `const worker = new Worker('./worker.mjs', { execArgv: [] }); ${SAYS} ${ENDS}`,
    POSTS,
  ),
  workers(
    'no variables',
    `const worker = new Worker('./worker.mjs', { env: {} }); ${SAYS} ${ENDS}`,
    'parentPort.postMessage(Object.keys(process.env).join());',
  ),
  workers(
    'shared variables',
    `const worker = new Worker('./worker.mjs', { env: SHARE_ENV }); ${SAYS} ${ENDS} console.log(process.env.FROM_WORKER);`,
    `process.env.FROM_WORKER = '1'; ${POSTS}`,
  ),
  workers(
    'own streams',
    `const worker = new Worker('./worker.mjs', { stdout: true, stderr: true, stdin: true }); worker.stdin.end('x'); let text = ''; worker.stdout.on('data', (piece) => { text += piece; }); ${ENDS} console.log(text);`,
    `console.log('to stdout'); for await (const piece of process.stdin) console.log(String(piece));`,
  ),
  workers(
    'process.exit within a stage',
    `const worker = new Worker('./worker.mjs'); ${ENDS}`,
    `profiler.stage('exits', () => process.exit(6));`,
    {
      stages: { main: 1, worker: 3, exits: [0, 0, 1] },
    },
  ),
  workers(
    'an error',
    `const worker = new Worker('./worker.mjs'); worker.on('error', (error) => console.log(error.message)); ${ENDS}`,
    `throw new Error('as it would');`,
  ),
  workers(
    'terminated within a stage',
    `const worker = new Worker('./worker.mjs'); ${SAYS} await new Promise((resolve) => setTimeout(resolve, 50)); console.log(await worker.terminate());`,
    `profiler.stage('spins', () => { ${POSTS} for (;;); });`,
    {
      stages: { main: 1, worker: 3, spins: [0, 0, 1] },
    },
  ),
  workers(
    'limits of its heap',
    `const worker = new Worker('./worker.mjs', { resourceLimits: { maxOldGenerationSizeMb: 16 } }); worker.on('error', (error) => console.log(error.code)); ${ENDS}`,
    `const kept = []; for (;;) kept.push(new Array(1000).fill(1.5));`,
  ),
  workers(
    '12 one after the other',
    `for (let i = 0; i < 12; i++) { const worker = new Worker('./worker.mjs'); await once(worker, 'exit'); } console.log(1);`,
    POSTS,
    { stages: { main: 1, worker: 36 } },
  ),
  workers(
    'still at work when the program ends',
    `new Worker('./worker.mjs').on('message', (text) => { console.log(text); process.exit(2); });`,
    `${POSTS} setInterval(() => profiler.stage('ticks', () => {}), 1);`,
    { exit: 2, mayTell: /^ticks$/ },
  ),
  workers(
    'source that is evaluated, and CommonJS',
    `const worker = new Worker('const { parentPort } = require("node:worker_threads"); import("stageprof").then(({ activeProfiler }) => { for (let i = 0; i < 3; i++) activeProfiler().stage("worker", () => {}); parentPort.postMessage(Object.keys(require.cache).filter((path) => !path.endsWith("preload.cjs")).length); });', { eval: true }); ${SAYS} ${ENDS}`,
    '',
  ),
  workers(
    'listeners and globals it sees',
    `const worker = new Worker('./worker.mjs'); ${SAYS} ${ENDS}`,
    `parentPort.postMessage(JSON.stringify([process.eventNames().map((name) => [String(name), process.listenerCount(name)]), Object.getOwnPropertyNames(globalThis).length, process.execArgv, isMainThread]));`,
    { ways: ['run'] },
  ),
  workers(
    'a profiler of the main thread only',
    `import { StageProfiler } from 'stageprof'; const own = new StageProfiler(); own.stage('own', () => {}); const { stages } = own.report(); own.close(); console.log(stages.map(({ stage, calls }) => stage + calls).join()); const worker = new Worker('./worker.mjs'); ${ENDS}`,
    '',
  ),
];
