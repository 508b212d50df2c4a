// Builds the addon and the tracker by the same binding.gyp with other flags. Each build has a folder of its own under
// build/, which node-gyp and make keep up to date.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The flags with which each build is compiled and linked, besides those of binding.gyp. */
export const FLAGS = {
  // The process ends at the first error, because a test that passes after one proves nothing.
  address: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer', '-g1'],
  thread: ['-fsanitize=thread', '-fno-omit-frame-pointer', '-g1'],
  // Undefined behaviour raises SIGILL and needs no runtime library, so this build can be preloaded into any program. GCC 12
  // does not know -fsanitize-trap yet, and later compilers accept the old name too.
  trap: ['-fsanitize=undefined', '-fsanitize-undefined-trap-on-error', '-g1'],
};

/** Runs a command to its end. If the command fails, the error's message contains what it printed. */
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
  // The compiler prints the name without a folder when it does not find the library.
  return path?.includes('/') && existsSync(path) ? path : undefined;
}

/** Node's headers, where the ordinary build found them. npm tells node-gyp where they are, but this may run without npm. */
function headersFolder() {
  const [, folder] = /"nodedir": "(.+)"/.exec(readFileSync(join(root, 'build', 'config.gypi'), 'utf8'));
  return folder;
}

const folderOf = (kind) => join(root, 'build', 'sanitizers', kind);
const results = (kind) => join(folderOf(kind), 'build', 'Release');

/** Builds targets of binding.gyp with `FLAGS[kind]`, or all of them if none is named. */
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

/** Builds `core`, `node_tracker`, `js_stack` or `mistakes`. The first two need the tracker of this kind to be built before. */
export function buildPrograms(kind, ...targets) {
  const headers = join(headersFolder(), 'include', 'node');
  const variables = [`RESULTS=${results(kind)}`, `FLAGS=${FLAGS[kind].join(' ')}`, `NODE_HEADERS=${headers}`];
  run('make', ['--silent', '--jobs', '2', '-C', join(root, 'test', 'sanitizers', 'core'), ...variables, ...targets]);
}

/** The results of the builds. */
export const built = {
  /** The folder that node-gyp-build takes for that of the package. */
  addonFolder: folderOf('address'),
  addon: join(results('address'), 'stageprof.node'),
  trappingTracker: join(results('trap'), 'libstageprof_tracker.so'),
  nodeTracker: join(results('address'), 'node_tracker.so'),
  jsStack: join(results('address'), 'addons', 'js_stack.node'),
  core: (kind) => join(results(kind), 'core'),
  mistakes: (kind) => join(results(kind), 'mistakes'),
  mistakesLibrary: (kind) => join(results(kind), 'mistakes.so'),
};
