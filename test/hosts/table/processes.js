// Programs of several processes, such as clusters and daemons, and programs that already preload a library.
import { OPEN } from './programs.js';

const BOTH = ['run', 'register'];
const CHILD = `${OPEN}for (let i = 0; i < 3; i++) profiler.stage('child', () => {});\nprocess.stdout.write('child\\n');\n`;

const processes = (name, files, row) => ({
  name: `processes: ${name}`,
  files: {
    'child.mjs': CHILD,
    ...Object.fromEntries(
      Object.entries(files).map(([file, text]) => [file, file === 'main.mjs' ? OPEN + text : text]),
    ),
  },
  command: ['node', 'main.mjs'],
  ...row,
});

const started = (name, source, { more, ...row } = {}) =>
  processes(
    name,
    {
      'main.mjs': `import { spawn, spawnSync, fork, exec, execSync, execFileSync } from 'node:child_process';
import { once } from 'node:events';
profiler.stage('main', () => {});
${source}`,
      ...more,
    },
    { stages: { main: 1, child: 3 }, ...row },
  );

const PRELOADED = (library) => ({ env: { LD_PRELOAD: library } });
const NATIVE = `const kept = []; profiler.stage('main', () => { for (let i = 0; i < 200; i++) kept.push(Buffer.allocUnsafeSlow(20_000)); });
const { stdout, stderr, status } = spawnSync('sh', ['-c', 'echo "$LD_PRELOAD" | tr -s " :" "\\n\\n" | grep -v -e stageprof -e ^$; node child.mjs'], { encoding: 'utf8' });
console.log(stdout, stderr, status);`;

export const PROCESSES = [
  processes(
    'a cluster of a primary and 4 workers',
    {
      'main.mjs': `import cluster from 'node:cluster';
import http from 'node:http';
if (cluster.isPrimary) {
  profiler.stage('primary', () => {});
  const ends = [];
  cluster.on('exit', (worker, code, signal) => { ends.push([code, signal].join()); if (ends.length === 4) console.log(ends.join(' ')); });
  cluster.on('message', (worker, port) => http.get({ port, agent: false }, (response) => response.resume().on('end', () => worker.send('end'))));
  for (let i = 0; i < 4; i++) cluster.fork();
} else {
  const server = http.createServer((request, response) => profiler.stage('request', async () => { await null; response.end('x'); }));
  for (let i = 0; i < 3; i++) profiler.stage('worker', () => {});
  server.listen({ port: 0, exclusive: true }, () => process.send(server.address().port));
  process.on('message', () => { server.close(); process.disconnect(); });
}`,
    },
    { stdout: '0, 0, 0, 0,', stages: { primary: 1, worker: 12, request: 4 } },
  ),
  processes(
    'a cluster whose workers are killed',
    {
      'main.mjs': `import cluster from 'node:cluster';
if (cluster.isPrimary) {
  let ended = 0;
  cluster.on('exit', (worker, code, signal) => { console.log(code, signal); if (++ended === 4) process.exit(3); });
  cluster.on('message', (worker) => worker.process.kill('SIGKILL'));
  for (let i = 0; i < 4; i++) cluster.fork();
} else { for (let i = 0; i < 5; i++) profiler.stage('worker', () => {}); process.send(1); setInterval(() => {}, 1000); }`,
    },
    { exit: 3, stages: { worker: 20 } },
  ),
  started('fork', `const child = fork('child.mjs', { stdio: 'inherit' }); console.log(await once(child, 'exit'));`),
  started(
    'fork of one that gets no variables',
    `const child = fork('child.mjs', { env: {}, stdio: 'inherit' }); console.log(await once(child, 'exit'));`,
    { stages: { main: 1 } },
  ),
  started(
    'fork without arguments of node',
    `const child = fork('child.mjs', { execArgv: [], stdio: 'inherit' }); console.log(await once(child, 'exit'));`,
  ),
  started(
    'fork with messages of the advanced kind',
    `const child = fork('talks.mjs', { serialization: 'advanced' }); child.send(new Map([[1, 2n]])); console.log(await once(child, 'message')); child.disconnect(); console.log(await once(child, 'exit'));`,
    {
      more: {
        'talks.mjs': `${OPEN}process.on('message', (map) => { profiler.stage('child', () => process.send([...map])); profiler.stage('child', () => {}); profiler.stage('child', () => {}); });`,
      },
    },
  ),
  started(
    'NODE_OPTIONS that are taken away',
    `delete process.env.NODE_OPTIONS; console.log(spawnSync(process.execPath, ['child.mjs'], { encoding: 'utf8' }).stdout);`,
    { stages: { main: 1 } },
  ),
  started(
    'NODE_OPTIONS that are replaced',
    `process.env.NODE_OPTIONS = '--no-warnings'; console.log(spawnSync(process.execPath, ['child.mjs'], { encoding: 'utf8' }).stdout);`,
    { stages: { main: 1 } },
  ),
  started(
    'a chain of shells',
    `console.log(execSync('sh -c "sh -c \\'node child.mjs; exit 7\\' || echo code $?" 2>&1 | cat', { encoding: 'utf8' }));`,
  ),
  started(
    'a chain that is killed',
    `const child = spawn('sh', ['-c', 'node child.mjs; kill -9 $$'], { stdio: 'inherit' }); console.log(await once(child, 'exit'));`,
  ),
  started(
    '200 short children',
    `const ends = await Promise.all(Array.from({ length: 200 }, () => once(spawn('true'), 'exit'))); console.log(ends.every(([code]) => code === 0)); execSync('node child.mjs', { stdio: 'inherit' });`,
  ),
  started(
    'children that it does not wait for',
    `spawn(process.execPath, ['child.mjs'], { stdio: 'ignore' }).unref(); console.log(1); process.exit(0);`,
    { stages: { main: 1 }, mayTell: /^child$/ },
  ),
  started(
    'children of other programs',
    `for (const [command, ...args] of [['true'], ['false'], ['cat', 'child.mjs'], ['env', '-i', 'sh', '-c', 'echo $LD_PRELOAD'], ['nowhere'], ['sh', '-c', 'exec 2>&1; ls nowhere; exit 9']]) { const { status, signal, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' }); console.log(status, signal, stdout, stderr, error?.code); }`,
    { stages: { main: 1 } },
  ),
  started(
    'a daemon that outlives it',
    `const child = spawn(process.execPath, ['daemon.mjs'], { detached: true, stdio: 'ignore' }); child.unref(); console.log('started');`,
    {
      more: {
        'daemon.mjs': `${OPEN}import { writeFileSync, renameSync } from 'node:fs'; import { execSync } from 'node:child_process';
await profiler.stage('daemon', () => new Promise((resolve) => setTimeout(resolve, 1500)));
const said = execSync('node child.mjs 2>&1', { encoding: 'utf8' }); profiler.stage('daemon', () => {}); writeFileSync('part.txt', said); renameSync('part.txt', 'daemon.txt');`,
      },
      until: 'daemon.txt',
      stages: { main: 1 },
      mayTell: /^(daemon|child)$/,
    },
  ),
  started(
    'a daemon of a shell, with what the loader prints in its children',
    `spawn('setsid', ['sh', '-c', 'sleep 1; { node child.mjs; true; } >> said 2>&1; mv said daemon.txt'], { detached: true, stdio: 'ignore' }).unref(); console.log('started');`,
    {
      until: 'daemon.txt',
      stages: { main: 1 },
      mayTell: /^child$/,
    },
  ),
  started(
    'a run within a run',
    `console.log(spawnSync(process.execPath, [process.env.MAIN, 'run', '--out', 'inner.json', '--', 'node', 'child.mjs'], { encoding: 'utf8' }).status);`,
    {
      env: { MAIN: new URL('../../../dist/cli/main.js', import.meta.url).pathname },
      // The stages of the child are in the report of the inner run.
      stages: { main: 1 },
      ignores: /inner\.json$/,
    },
  ),
  started('LD_PRELOAD of jemalloc', NATIVE, {
    stages: { main: 2, child: 3 },
    needs: ['jemalloc'],
    ...PRELOADED('libjemalloc.so.2'),
  }),
  started('LD_PRELOAD of jemalloc by its path, and of a library that does not exist', NATIVE, {
    stages: { main: 2, child: 3 },
    needs: ['jemalloc'],
    ...PRELOADED('/usr/lib/x86_64-linux-gnu/libjemalloc.so.2:/nowhere/lib.so'),
    mask: (text) => text.replace(/ERROR: ld\.so.*\n/g, ''),
    maySay: true,
  }),
  started('LD_PRELOAD with spaces and empty members', NATIVE, {
    stages: { main: 2, child: 3 },
    ...PRELOADED('  : :libm.so.6 ::'),
  }),
  started('MALLOC_ARENA_MAX and MALLOC_PERTURB_', NATIVE, {
    stages: { main: 2, child: 3 },
    env: {
      MALLOC_ARENA_MAX: '1',
      MALLOC_PERTURB_: '165',
      MALLOC_CHECK_: '3',
      GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0',
    },
  }),
  started('LD_BIND_NOW and LD_DEBUG', NATIVE, {
    stages: { main: 2, child: 3 },
    env: { LD_BIND_NOW: '1', LD_LIBRARY_PATH: '/nowhere', LD_AUDIT: '' },
  }),
  started(
    'its own process group and session',
    `const child = spawn('setsid', ['-w', 'node', 'child.mjs'], { stdio: 'inherit' }); console.log(await once(child, 'exit'));`,
    { ways: ['run'] },
  ),
  started(
    'a script whose first line names node',
    `import { chmodSync } from 'node:fs'; chmodSync('script', 0o755); execFileSync('./script', { stdio: 'inherit' });`,
    { more: { script: '#!/usr/bin/env node\nimport("./child.mjs");\n' }, stages: { main: 1, child: 3 } },
  ),
  {
    name: 'processes: a shell that starts two programs at once',
    files: { 'child.mjs': CHILD },
    command: ['sh', '-c', 'node child.mjs & node child.mjs & wait; echo done'],
    stages: { child: 6 },
    stdout: 'done',
  },
  {
    name: 'processes: a program of stdin',
    files: {},
    command: ['node', '--input-type=module', '-'],
    stdin: CHILD,
    stages: { child: 3 },
    ways: BOTH,
  },
  {
    name: 'processes: a program that reads its stdin',
    files: {
      'main.mjs': `${OPEN}let n = 0; for await (const piece of process.stdin) n += piece.length; profiler.stage('a', () => console.log(n));`,
    },
    command: ['node', 'main.mjs'],
    stdin: 'x'.repeat(300_000),
    stdout: '300000',
    stages: { a: 1 },
    ways: BOTH,
  },
  {
    name: 'processes: a program that is not node',
    files: { text: 'b\na\n' },
    command: ['sort', 'text'],
  },
  {
    name: 'processes: python with fork and threads',
    files: {
      'main.py': `import os, threading, sys
t = [threading.Thread(target=lambda: [bytearray(10000) for _ in range(1000)]) for _ in range(4)]
[x.start() for x in t]
pid = os.fork()
if pid == 0: os._exit(5)
print(os.waitpid(pid, 0)[1] >> 8); [x.join() for x in t]
sys.exit(4)
`,
    },
    command: ['python3', 'main.py'],
    exit: 4,
    stdout: '5',
    report: false,
  },
];
