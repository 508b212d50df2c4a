/** Runs the commands of the outputs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(root, 'dist', 'cli', 'main.js');
/** How many requests the service has answered before it is looked at or killed. */
const ANSWERS = 60;
/** A command that takes longer hangs. */
const LIMIT_MS = 600_000;
/** Packages of the short form of the demo: as many as an interval of `compare` needs, and small. */
const FEW = ['isexe', 'nopt', 'abbrev', 'pend', 'which', 'yauzl'].map((name) => `node_modules/${name}`);

/**
 * @typedef {import('./workspace.js').Workspace} Workspace
 *
 * @typedef {object} Printed
 * @property {string} stdout
 * @property {string} stderr
 */

/** `npm run demo` into a folder. @param {Workspace} workspace @param {string} outdir */
export async function demo(workspace, outdir) {
  const flows = join(root, 'examples', 'flows');
  const list = await command(workspace, [join(flows, 'corpus.js')], { cwd: root });
  const inputs = workspace.isShort ? FEW : list.stdout.trimEnd().split('\n');
  const args = ['map', join(flows, 'flows.js'), '--profile', '--input-list', '-', ...full(workspace)];
  return await stageprof(workspace, [...args, '--outdir', join(workspace.folder, outdir)], {
    cwd: root,
    stdin: inputs.join('\n'),
  });
}

/** A service with a recorder, which is killed after `look`. @template T @param {Workspace} workspace @param {(pid: number) => Promise<T>} look */
export async function withService({ folder }, look) {
  const service = spawn(process.execPath, ['service.js'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    for (let answers = 0; answers < ANSWERS; ) answers += (await once(service.stdout, 'data'))[0].length;
    return await look(/** @type {number} */ (service.pid));
  } finally {
    service.kill('SIGKILL');
    await once(service, 'exit');
  }
}

/** A program that was not started under stageprof. @template T @param {Workspace} workspace @param {(pid: number) => Promise<T>} look */
export async function withQueue({ folder }, look) {
  // Any port for its inspector: another program of the machine may have the usual one.
  const queue = spawn(process.execPath, ['--inspect-port=0', 'queue.js'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await once(queue.stdout, 'data');
    return await look(/** @type {number} */ (queue.pid));
  } finally {
    queue.kill('SIGKILL');
    await once(queue, 'exit');
  }
}

/** The flag of a width that leaves out nothing. @param {Workspace} workspace */
export function full({ width }) {
  return width === 'full' ? ['--full'] : [];
}

/** @typedef {{ cwd?: string, stdin?: string, until?: RegExp, exitCode?: number }} CommandOptions With the exit code of a run that does what the page shows. */

/** @param {Workspace} workspace @param {readonly string[]} args @param {CommandOptions} [options] */
export function stageprof(workspace, args, options) {
  return command(workspace, [MAIN, ...args], options);
}

/** @param {Workspace} workspace @param {readonly string[]} args @param {CommandOptions} [options] @returns {Promise<Printed>} */
async function command({ folder, width }, args, { cwd = folder, stdin = '', until, exitCode = 0 } = {}) {
  const child = spawn(process.execPath, args, { cwd, env: environment(width) });
  child.stdin.end(stdin);
  const printed = { stdout: '', stderr: '' };
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    child[name].setEncoding('utf8').on('data', (text) => {
      printed[name] += text;
      // A table is written at once, so what it has below that line is there too.
      if (until?.test(printed[name])) child.kill();
    });
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const [code] = await once(child, 'close');
  clearTimeout(limit);
  // A page must not show what a command prints that has failed in another way.
  if (code !== exitCode && until === undefined) {
    throw new Error(`${args.join(' ')} ended with ${code}: ${printed.stderr}`);
  }
  return { stdout: plain(printed.stdout), stderr: plain(printed.stderr) };
}

/** A shell, too, finds the `node` that runs this. @param {Workspace['width']} width */
function environment(width) {
  const columns = typeof width === 'number' ? `${width}` : undefined;
  return { ...process.env, COLUMNS: columns, PATH: `${join(process.execPath, '..')}:${process.env.PATH}` };
}

/** Without what is true of this machine alone: its folders, and the patch level of its kernel. @param {string} text */
function plain(text) {
  return text
    .replaceAll(root.replace(/\/$/, ''), '…')
    .replace(/(kernel \d+\.\d+)\S*/, '$1')
    .trim();
}
