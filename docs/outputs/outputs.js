/** The outputs that the pages show, each with the commands that print it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(root, 'dist', 'cli', 'main.js');
/** What `watch` and `postmortem` look at has answered so often. */
const ANSWERS = 60;
/** Nothing here takes so long, unless it hangs. */
const LIMIT_MS = 600_000;
/** Packages of the short form of the demo: as many as an interval of `compare` needs, and small. */
const FEW = ['isexe', 'nopt', 'abbrev', 'pend', 'which', 'yauzl'].map((name) => `node_modules/${name}`);

/**
 * @typedef {object} Place Where and how the commands are run.
 * @property {string} folder a new one, with the programs and the package
 * @property {boolean} isShort with fewer inputs
 * @property {number | 'full' | 'pipe'} width of the terminal; `full` leaves out nothing, `pipe` has no terminal
 *
 * @typedef {object} Printed
 * @property {string} stdout
 * @property {string} stderr
 *
 * @typedef {object} Output
 * @property {string} page
 * @property {(place: Place) => Promise<string>} print
 */

/** @type {Readonly<Record<string, Output>>} */
export const OUTPUTS = {
  demo: {
    page: 'README.md',
    async print(place) {
      const { stdout } = await demo(place, 'results');
      return without(stdout, ['sources', 'left out', 'warnings']);
    },
  },
  run: {
    page: 'docs/run.md',
    async print(place) {
      const { stderr } = await stageprof(place, ['run', ...full(place), '--', 'node', 'report.js']);
      return without(stderr, ['sources']);
    },
  },
  processes: {
    page: 'docs/run.md',
    async print(place) {
      const { stderr } = await stageprof(place, ['run', ...full(place), '--', 'sh', '-c', 'node server.js; true']);
      return blockFrom(stderr, /^pid /m);
    },
  },
  doctor: {
    page: 'docs/run.md',
    async print(place) {
      return (await stageprof(place, ['doctor', ...full(place)])).stdout;
    },
  },
  map: {
    page: 'docs/map.md',
    async print(place) {
      const inputs = ['moby', 'empty', 'walden', 'middlemarch'];
      const { stdout, stderr } = await stageprof(place, ['map', 'words.js', ...inputs, '--profile', ...full(place)]);
      const said = stderr.split('\n').filter((line) => line.startsWith('stageprof: '));
      return `${said.join('\n')}\n\n${without(stdout, ['sources', 'warnings'])}`;
    },
  },
  worst: {
    page: 'docs/summarize.md',
    async print(place) {
      await stageprof(place, ['map', 'words.js', 'moby', 'walden', 'middlemarch', '--profile']);
      const { stdout } = await stageprof(place, ['summarize', 'results', ...full(place)]);
      return without(stdout, ['sources', 'warnings']);
    },
  },
  growth: {
    page: 'docs/summarize.md',
    async print(place) {
      const inputs = Array.from({ length: 40 }, (_, index) => `${index + 1}`);
      await stageprof(place, ['map', 'keep.js', ...inputs, '--profile']);
      const { stdout } = await stageprof(place, ['summarize', 'results', ...full(place)]);
      return blockFrom(stdout, /^resident memory grows/m);
    },
  },
  compare: {
    page: 'docs/compare.md',
    async print(place) {
      for (const outdir of ['before', 'after']) await demo(place, outdir);
      const top = ['--metric', 'cpu_s', '--top', '4'];
      return (await stageprof(place, ['compare', 'before', 'after', ...top, ...full(place)])).stdout;
    },
  },
  watch: {
    page: 'docs/recorder.md',
    async print(place) {
      return await withService(place, async (pid) => {
        const { stdout } = await stageprof(place, ['watch', `${pid}`, ...full(place)], { until: /^total /m });
        return without(stdout, ['sources', 'warnings']);
      });
    },
  },
  postmortem: {
    page: 'docs/recorder.md',
    async print(place) {
      await withService(place, async () => {});
      const { stdout } = await stageprof(place, ['postmortem', 'service.recorder', ...full(place)]);
      return without(stdout, ['sources', 'warnings']);
    },
  },
};

/** @param {Place} place @param {string} outdir */
async function demo(place, outdir) {
  const flows = join(root, 'examples', 'flows');
  const list = await command(place, [join(flows, 'corpus.js')], { cwd: root });
  const inputs = place.isShort ? FEW : list.stdout.trimEnd().split('\n');
  const args = ['map', join(flows, 'flows.js'), '--profile', '--input-list', '-', ...full(place)];
  return await stageprof(place, [...args, '--outdir', join(place.folder, outdir)], {
    cwd: root,
    stdin: inputs.join('\n'),
  });
}

/** A service with a recorder, which is killed after `look`. @template T @param {Place} place @param {(pid: number) => Promise<T>} look */
async function withService({ folder }, look) {
  const service = spawn(process.execPath, ['service.js'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    for (let answers = 0; answers < ANSWERS; ) answers += (await once(service.stdout, 'data'))[0].length;
    return await look(/** @type {number} */ (service.pid));
  } finally {
    service.kill('SIGKILL');
    await once(service, 'exit');
  }
}

/** @param {Place} place */
function full({ width }) {
  return width === 'full' ? ['--full'] : [];
}

/** @typedef {{ cwd?: string, stdin?: string, until?: RegExp }} CommandOptions */

/** @param {Place} place @param {readonly string[]} args @param {CommandOptions} [options] */
function stageprof(place, args, options) {
  return command(place, [MAIN, ...args], options);
}

/** @param {Place} place @param {readonly string[]} args @param {CommandOptions} [options] @returns {Promise<Printed>} */
async function command({ folder, width }, args, { cwd = folder, stdin = '', until } = {}) {
  const child = spawn(process.execPath, args, { cwd, env: environment(width) });
  child.stdin.end(stdin);
  const printed = { stdout: '', stderr: '' };
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    child[name].setEncoding('utf8').on('data', (text) => {
      printed[name] += text;
      // A table is written as a whole.
      if (until?.test(printed[name])) child.kill();
    });
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  await once(child, 'close');
  clearTimeout(limit);
  return { stdout: plain(printed.stdout), stderr: plain(printed.stderr) };
}

/** The `node` that runs this is also the one of a shell. @param {Place['width']} width */
function environment(width) {
  const columns = typeof width === 'number' ? `${width}` : undefined;
  return { ...process.env, COLUMNS: columns, PATH: `${join(process.execPath, '..')}:${process.env.PATH}` };
}

/** Without what tells of the machine on which this ran and of no other. @param {string} text */
function plain(text) {
  return text
    .replaceAll(root.replace(/\/$/, ''), '…')
    .replace(/(kernel \d+\.\d+)\S*/, '$1')
    .trim();
}

/** Without the notes of these keys. @param {string} text @param {readonly string[]} keys */
function without(text, keys) {
  let isLeftOut = false;
  const lines = text.split('\n').filter((line) => {
    if (!/^\s{8}/.test(line)) isLeftOut = keys.some((key) => line.startsWith(`${key} `));
    return !isLeftOut;
  });
  return lines.join('\n').trim();
}

/** The lines from the one that begins so to the next that is empty. @param {string} text @param {RegExp} begin */
function blockFrom(text, begin) {
  return text.slice(text.search(begin)).split('\n\n', 1)[0]?.trimEnd() ?? '';
}
