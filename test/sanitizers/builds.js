// The addon and the tracker once more, by the same binding.gyp, with other flags: each in a folder of its own under
// build/, which node-gyp and make keep up to date.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What each build is compiled and linked with, on top of what binding.gyp says. */
export const FLAGS = {
  // Once something is wrong the process ends: a test that passes after it proves nothing.
  address: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer', '-g1'],
  thread: ['-fsanitize=thread', '-fno-omit-frame-pointer', '-g1'],
  // No runtime library, so it can be preloaded into any program: what is undefined becomes SIGILL. GCC 12 does not
  // know -fsanitize-trap yet; later compilers take the old name too.
  trap: ['-fsanitize=undefined', '-fsanitize-undefined-trap-on-error', '-g1'],
};

/** Runs a command to its end; what it printed is the error's message when it fails. */
export function run(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** The path of a sanitizer's runtime library, or undefined where the compiler has none. */
export function runtimeOf(name) {
  const { stdout } = spawnSync('g++', [`-print-file-name=lib${name}.so`], { encoding: 'utf8' });
  const path = stdout?.trim();
  // A name without a folder is the compiler's way to say that it did not find it.
  return path?.includes('/') && existsSync(path) ? path : undefined;
}

/** Node's headers, where the ordinary build found them: npm tells node-gyp, and not every caller here is npm. */
function headersFolder() {
  const [, folder] = /"nodedir": "(.+)"/.exec(readFileSync(join(root, 'build', 'config.gypi'), 'utf8'));
  return folder;
}

const folderOf = (kind) => join(root, 'build', 'sanitizers', kind);
const results = (kind) => join(folderOf(kind), 'build', 'Release');

/** Builds targets of binding.gyp with `FLAGS[kind]`; all of them when none is named. */
export function build(kind, ...targets) {
  const folder = folderOf(kind);
  mkdirSync(folder, { recursive: true });
  for (const name of ['binding.gyp', 'native']) {
    if (!existsSync(join(folder, name))) symlinkSync(join(root, name), join(folder, name));
  }
  const flags = FLAGS[kind].join(' ');
  const env = { ...process.env, CFLAGS: flags, CXXFLAGS: flags, LDFLAGS: flags };
  const gyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  for (const step of [['configure'], ['build', '--jobs', 'max', ...targets]]) {
    run(process.execPath, [gyp, ...step, '--nodedir', headersFolder(), '--loglevel', 'error'], { cwd: folder, env });
  }
}

/** Builds `core` and `node_tracker`, both with the tracker of a build that is there, or `mistakes`, which needs none. */
export function buildPrograms(kind, ...targets) {
  const variables = [`RESULTS=${results(kind)}`, `FLAGS=${FLAGS[kind].join(' ')}`];
  run('make', ['--silent', '--jobs', '2', '-C', join(root, 'test', 'sanitizers', 'core'), ...variables, ...targets]);
}

/** What the builds make, by name. */
export const built = {
  /** What node-gyp-build takes for the package's folder. */
  addonFolder: folderOf('address'),
  addon: join(results('address'), 'stageprof.node'),
  trappingTracker: join(results('trap'), 'libstageprof_tracker.so'),
  nodeTracker: join(results('address'), 'node_tracker.so'),
  core: (kind) => join(results(kind), 'core'),
  mistakes: (kind) => join(results(kind), 'mistakes'),
  mistakesLibrary: (kind) => join(results(kind), 'mistakes.so'),
};
