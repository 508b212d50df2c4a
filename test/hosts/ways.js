// The ways a host is run: alone, and under the profiler.
import { spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const REGISTER = pathToFileURL(fileURLToPath(new URL('../../dist/register.js', import.meta.url))).href;

/** Far more than any host takes that does not hang. */
const LIMIT_S = 100;

const MAP = ['map', '--outdir', 'out'];

/** The command line and the variables of each way. `inner` is the command of the host, with its stderr in a file. */
const WAYS = {
  alone: ({ inner }) => ({ command: inner }),
  run: ({ node, inner, report, host }) => ({
    command: [node, MAIN, 'run', '--out', report, ...(host.runFlags ?? []), '--', ...inner],
  }),
  register: ({ inner, report }) => ({
    command: inner.flatMap((word) => (word === 'node' ? ['node', '--import', REGISTER] : word)),
    env: { STAGEPROF_OUT: report },
  }),
  map: ({ node, host }) => ({ command: [node, MAIN, ...MAP, ...host.map] }),
  'map --profile': ({ node, host }) => ({ command: [node, MAIN, ...MAP, '--profile', ...host.map] }),
};

/**
 * @typedef {object} Outcome
 * @property {string} ended such as `exit 1`, `SIGKILL`
 * @property {string} stdout
 * @property {string} stderr of the host
 * @property {string} said stderr of `run` and `map`
 * @property {Record<string, string>} files
 * @property {object | undefined} report
 * @property {number} seconds
 */

/**
 * @param {string} way
 * @param {{ host: object, node: string, world: import('./world.js').World, command: string[] }} trial
 * @returns {Promise<Outcome>}
 */
export async function runWay(way, { host, node, world, command }) {
  const file = (name) => join(world.base, name);
  const [stdout, stderr, said, report] = ['stdout', 'stderr', 'said', 'report.json'].map(file);
  for (const path of [stdout, stderr, said, report]) rmSync(path, { force: true });
  writeFileSync(stderr, '');
  // A host may run as another user.
  chmodSync(stderr, 0o666);
  world.prepare(host.files ?? {});
  const inner = ['sh', '-c', 'exec "$@" 2>"$0"', stderr, ...command];
  const { command: whole, env = {} } = WAYS[way]({ node, inner, report, host });
  const began = performance.now();
  const ended = await spawned([...(host.around ?? []), ...whole], {
    cwd: world.folder,
    env: { ...environmentOf(node, world), ...host.env, ...env },
    stdout,
    said,
    stdin: host.stdin,
    limitMs: (host.limitS ?? LIMIT_S) * 1000,
  });
  const seconds = (performance.now() - began) / 1000;
  if (host.until !== undefined) await appears(join(world.folder, host.until));
  const text = (path) => readFileSync(path, 'latin1');
  const outcome = { ended, stdout: text(stdout), stderr: text(stderr), said: text(said), seconds };
  return { ...outcome, files: world.left(), report: parsed(report) };
}

/** Takes nothing from the caller's environment, so that a host finds the same everywhere. */
function environmentOf(node, world) {
  return {
    PATH: `${join(node, '..')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: world.base,
    LANG: 'C.UTF-8',
    TMPDIR: world.temporary,
    NO_UPDATE_NOTIFIER: '1',
    npm_config_update_notifier: 'false',
  };
}

function spawned([program, ...args], { stdout, said, stdin = '', limitMs, ...options }) {
  const [out, err] = [stdout, said].map((path) => openSync(path, 'w'));
  // In its own process group, since some hosts signal their whole group.
  const child = spawn(program, args, { ...options, stdio: ['pipe', out, err], detached: true });
  closeSync(out);
  closeSync(err);
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    let hangs = false;
    const timer = setTimeout(() => {
      hangs = true;
      process.kill(-child.pid, 'SIGKILL');
    }, limitMs);
    child.once('error', reject);
    // Not 'close', which would wait for a daemon that outlives the host.
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(hangs ? `not, within ${limitMs / 1000} s` : (signal ?? `exit ${code}`));
    });
  });
}

/** How `run` must end, given how the host ended. */
export function passedOn(ended) {
  const number = constants.signals[ended];
  return number === undefined ? ended : `exit ${128 + number}`;
}

async function appears(path) {
  const deadline = performance.now() + 10_000;
  while (!existsSync(path)) {
    if (performance.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function parsed(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
