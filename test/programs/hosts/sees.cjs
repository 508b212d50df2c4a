// Prints what a program can see of its process that a profiler might have changed. Leaves out what may differ:
// LD_PRELOAD, NODE_OPTIONS, STAGEPROF_*, the module that NODE_OPTIONS names, and the profiler's own descriptors.
const fs = require('node:fs');
const { execFileSync } = require('node:child_process');

const EXEMPT = /^(LD_PRELOAD|NODE_OPTIONS|STAGEPROF_.*)$/;
// Without the descriptor of the listing itself, and with N for numbers, which differ between runs.
const links = () => {
  const found = [];
  for (const name of fs.readdirSync('/proc/self/fd')) {
    try {
      const link = fs.readlinkSync(`/proc/self/fd/${name}`).replace(/\d+/g, 'N');
      if (!/^\/proc\/N\/|\.recorder/.test(link)) found.push(link);
    } catch {}
  }
  return found.sort();
};
const listeners = () =>
  process
    .eventNames()
    .map((name) => `${String(name)} ${process.listenerCount(name)}`)
    .sort();
const masks = (text) =>
  text.split('\n').filter((line) => /^(Sig(Blk|Ign|Cgt)|Umask|Seccomp|NoNewPrivs|Uid|Gid|TracerPid)/.test(line));

const SEEN = {
  listeners,
  resources: () => process.getActiveResourcesInfo().sort(),
  handles: () =>
    process
      ._getActiveHandles()
      .map((handle) => handle.constructor.name)
      .sort(),
  requests: () => process._getActiveRequests().length,
  descriptors: links,
  'descriptors of a child': () => execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).split('\n'),
  'variables of a child': () =>
    execFileSync('env', { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line !== '' && !EXEMPT.test(line.split('=')[0]))
      .sort(),
  'signals of a child': () => masks(execFileSync('cat', ['/proc/self/status'], { encoding: 'utf8' })),
  'limits of a child': () => execFileSync('sh', ['-c', 'ulimit -a; nice; umask'], { encoding: 'utf8' }).split('\n'),
  variables: () =>
    Object.keys(process.env)
      .filter((name) => !EXEMPT.test(name))
      .sort(),
  globals: () => Object.getOwnPropertyNames(globalThis).sort(),
  enumerable: () => {
    const names = [];
    for (const name in globalThis) names.push(name);
    return names.sort();
  },
  symbols: () =>
    Object.getOwnPropertySymbols(globalThis)
      .filter((symbol) => !String(symbol).includes('stageprof'))
      .map(String),
  modules: () =>
    Object.keys(require.cache)
      .filter((path) => !path.endsWith('/dist/preload/preload.cjs'))
      .sort(),
  'modules of main': () => [require.main?.filename, module.children.length, module.parent],
  extensions: () => Object.keys(require.extensions),
  arguments: () => [process.argv0, process.execArgv, process.argv.slice(2), process.title],
  memory: () => Object.keys(process.memoryUsage()),
  status: () => masks(fs.readFileSync('/proc/self/status', 'utf8')),
  limits: () => fs.readFileSync('/proc/self/limits', 'utf8').split('\n'),
  folder: () => [
    process.cwd(),
    fs.readdirSync('.'),
    fs.readdirSync(process.env.TMPDIR).filter((name) => !name.startsWith('stageprof-run-')),
  ],
  performance: () => [performance.getEntries().map(({ name }) => name), performance.eventLoopUtilization().idle >= 0],
  inspector: () => [require('node:inspector').url() ?? null, process.debugPort],
  features: () => [
    process.exitCode ?? null,
    process.connected ?? null,
    process.noDeprecation ?? null,
    Error.stackTraceLimit,
  ],
  handlers: () => [
    process.hasUncaughtExceptionCaptureCallback(),
    process.domain ?? null,
    process.listenerCount('SIGTERM'),
  ],
  reports: () => {
    const { libuv, javascriptHeap } = process.report.getReport();
    // Without the handle by which a recorder learns that the loop is about to wait: only this report of Node shows it.
    const own = libuv.filter(({ type, is_referenced }) => type !== 'prepare' || is_referenced);
    const kinds = own.map(({ type, is_active, is_referenced }) => `${type} ${is_active} ${is_referenced}`);
    return [kinds.sort(), Object.keys(javascriptHeap).length];
  },
};

function see(when) {
  for (const [name, look] of Object.entries(SEEN)) {
    let seen;
    try {
      seen = look();
    } catch (error) {
      seen = `${error.message}`;
    }
    process.stdout.write(`${when}: ${name}: ${JSON.stringify(seen)}\n`);
  }
}

see('at the start');
import(require.resolve('stageprof')).then(async ({ activeProfiler }) => {
  const profiler = activeProfiler();
  // The first look came before the import, as it does in a program without a profiler.
  profiler.stage('a', () => profiler.stage('b', () => {}));
  await profiler.stage('later', () => new Promise((resolve) => setTimeout(resolve, 250)));
  see('after stages');
  process.on('exit', () => see('at the end'));
});
