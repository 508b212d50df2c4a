// What the tests of other platforms need, where it is kept, and how it is fetched. Suites use what is there; `run.js --fetch`
// fetches. The folder survives: a chroot takes minutes to make.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const kept = process.env.STAGEPROF_PLATFORMS ?? join(tmpdir(), 'stageprof-platforms');

export const LINES = ['20', '22', '24', '26'];

function answers(command, ...args) {
  const { error, status } = spawnSync(command, args, { stdio: 'ignore' });
  return error === undefined && status === 0;
}

function run(command, args, options = {}) {
  const { error, status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status}`);
}

function installDebian(...packages) {
  const sudo = process.getuid() === 0 ? [] : ['sudo'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const [command, ...args] = [...sudo, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages];
  run(command, args, { env });
}

/** The binary of a line of Node for a processor, from npm. */
const nodePackage = (arch) => `node-linux-${arch}`;
const nodeFolder = (arch, line) => join(kept, `node-${arch}-${line}`);
export const nodeOf = (arch, line) => join(nodeFolder(arch, line), 'node_modules', nodePackage(arch), 'bin', 'node');

function fetchNode(arch, line) {
  if (existsSync(nodeOf(arch, line))) return;
  const folder = nodeFolder(arch, line);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  // The package is for another processor than this one.
  run('npm', ['install', '--force', '--no-package-lock', '--prefix', folder, `${nodePackage(arch)}@${line}`]);
}

/**
 * A processor that QEMU emulates, with the libraries of Debian's cross compiler.
 *
 * @param {{ name: string, triplet: string, machine: string, qemu: string, lines?: string[] }} processor `name`: that of the npm
 *   package of Node and of the script here; `machine`: see emulate.sh; `lines`: those that npm has for it
 */
function emulated({ name, triplet, machine, qemu: command, lines: available = LINES }) {
  const qemu = join(kept, 'qemu', 'usr', 'bin', command);
  const cxx = `${triplet}-g++`;
  const remedy = `npm run test:${name} -- --fetch`;
  /** A program that another one starts is emulated as well. */
  const emulate = [join(root, 'test', 'platforms', 'emulate.sh'), qemu, `/usr/${triplet}`, machine];
  return {
    lines: available,
    cc: `${triplet}-gcc`,
    cxx,
    run: emulate,
    missing() {
      if (!answers(cxx, '--version')) return `no ${cxx}: ${remedy}`;
      if (!existsSync(qemu)) return `no ${qemu}: ${remedy}`;
      if (!answers(...emulate, 'true')) return 'this kernel has no binfmt_misc for a namespace of its own';
      return null;
    },
    fetch(lines) {
      if (!answers(cxx, '--version')) installDebian(`g++-${triplet}`);
      if (!existsSync(qemu)) fetchQemu();
      for (const line of lines) fetchNode(name, line);
    },
  };
}

function fetchQemu() {
  // Unpacked and not installed: its scripts would have the whole machine run such programs.
  const folder = join(kept, 'qemu');
  mkdirSync(folder, { recursive: true });
  run('apt-get', ['download', '-qq', 'qemu-user-static'], { cwd: folder });
  run('sh', ['-c', 'dpkg-deb -x qemu-user-static_*.deb . && rm qemu-user-static_*.deb'], { cwd: folder });
}

export const arm64 = emulated({
  name: 'arm64',
  triplet: 'aarch64-linux-gnu',
  machine: '\\xb7',
  qemu: 'qemu-aarch64-static',
});

export const ppc64le = emulated({
  name: 'ppc64le',
  triplet: 'powerpc64le-linux-gnu',
  machine: '\\x15',
  qemu: 'qemu-ppc64le-static',
  // There is no later one.
  lines: ['20'],
});

const MUSL_FOLDER = join(kept, 'node-musl');
/** From 1.2.4 on musl has no functions with 64 in their names. Debian 12 has 1.2.3, and Debian 13 has this one. */
const NEWER_MUSL = '1.2.5-3';
const NEWER_MUSL_HASH = 'SHA256:4288deaf14438e6c237491be45f10e3e7badb2e723cedfb08ff1fe687b646c84';
const NEWER_MUSL_LIBC = join(kept, 'musl-newer', 'usr', 'lib', 'x86_64-linux-musl', 'libc.so');
const MUSL_LIBC = '/usr/lib/x86_64-linux-musl/libc.so';

export const musl = {
  cc: 'musl-gcc',
  /** Node 26 for musl, and the folder of the libraries that it needs. */
  node: join(MUSL_FOLDER, 'node'),
  libraries: join(MUSL_FOLDER, 'lib'),
  missing: () => (answers(musl.cc, '--version') ? null : `no ${musl.cc}: npm run test:musl -- --fetch`),
  fetch() {
    if (musl.missing() !== null) installDebian('musl-tools');
    if (!existsSync(musl.node)) makeMuslNode();
    try {
      if (!existsSync(NEWER_MUSL_LIBC)) fetchNewerMusl();
    } catch (error) {
      process.stderr.write(`no newer musl: ${error.message}\n`);
    }
  },
  /** Runs a command in a namespace where the libc of musl is the newer one. */
  withNewer: [
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    'sh',
    '-ec',
    'mount --bind "$0" "$1"; shift; exec "$@"',
  ].concat(NEWER_MUSL_LIBC, MUSL_LIBC),
  hasNewer: () => existsSync(NEWER_MUSL_LIBC) && answers(...musl.withNewer, 'true'),
};

function fetchNewerMusl() {
  const { stdout } = spawnSync('apt-get', ['download', '--print-uris', 'musl'], { encoding: 'utf8' });
  const [, uri] = /^'([^']+)'/.exec(stdout) ?? [];
  if (uri === undefined) throw new Error(`apt-get does not tell where musl is: ${stdout}`);
  const folder = join(kept, 'musl-newer');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'musl.deb');
  run('/usr/lib/apt/apt-helper', [
    'download-file',
    uri.replace(/musl_[^_]+_/, `musl_${NEWER_MUSL}_`),
    file,
    NEWER_MUSL_HASH,
  ]);
  run('dpkg-deb', ['-x', file, folder]);
  rmSync(file);
}

/** npm has no Node for musl. pnpm's program is one, with pnpm's JS in it, which a byte in the file switches off. */
function makeMuslNode() {
  const { node, libraries } = musl;
  mkdirSync(libraries, { recursive: true });
  writeFileSync(join(MUSL_FOLDER, 'package.json'), '{}');
  const pnpm = '@pnpm/linuxstatic-x64';
  run('npm', ['install', '--force', '--no-package-lock', '--prefix', MUSL_FOLDER, `${pnpm}@11.21.0`]);
  const shim = join(root, 'test', 'platforms', 'musl-shim.c');
  const name = 'ld-linux-x86-64.so.2';
  run(musl.cc, ['-shared', '-fPIC', '-O1', shim, '-o', join(libraries, name), `-Wl,-soname,${name}`]);
  const debian = '/usr/lib/x86_64-linux-gnu';
  cpSync(join(debian, 'libstdc++.so.6'), join(libraries, 'libstdc++.so.6'), { dereference: true });
  const change = (from, to, old, now) => {
    const bytes = readFileSync(from);
    const at = bytes.indexOf(old);
    if (at < 0 || bytes.indexOf(old, at + 1) >= 0) throw new Error(`${from}: expected ${old} once`);
    bytes.write(now, at, 'latin1');
    writeFileSync(to, bytes, { mode: 0o755 });
  };
  change(join(debian, 'libgcc_s.so.1'), join(libraries, 'libgcc_s.so.1'), '_dl_find_object\0', 'shimfind_object\0');
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';
  change(join(MUSL_FOLDER, 'node_modules', pnpm, 'pnpm'), node, `${fuse}1`, `${fuse}0`);
}

const BULLSEYE = join(kept, 'bullseye');

/** Debian 11, which has glibc 2.31. Node has a folder of its own in it. */
export const oldGlibc = {
  folder: BULLSEYE,
  missing() {
    if (process.getuid?.() !== 0) return 'only root may change the root folder';
    return existsSync(join(BULLSEYE, 'etc', 'debian_version'))
      ? null
      : `no Debian 11 in ${BULLSEYE}: npm run test:old-glibc -- --fetch`;
  },
  fetch(lines = LINES) {
    for (const line of lines) fetchNode('x64', line);
    if (oldGlibc.missing() === null) return;
    installDebian('debootstrap');
    mkdirSync(kept, { recursive: true });
    // One that was interrupted is none.
    const made = `${BULLSEYE}.partial`;
    rmSync(made, { recursive: true, force: true });
    run('nice', ['debootstrap', '--variant=minbase', '--include=libstdc++6,libatomic1', 'bullseye', made]);
    renameSync(made, BULLSEYE);
  },
};

/** Puts the package, as it is packed, with what it depends on and a program, into a folder. */
export function installInto(project) {
  const installed = join(project, 'node_modules', 'stageprof');
  rmSync(project, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  for (const part of ['dist', 'prebuilds', 'package.json']) {
    cpSync(join(root, part), join(installed, part), { recursive: true });
  }
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const copied = new Set();
  const copy = (name) => {
    if (copied.has(name)) return;
    copied.add(name);
    const from = join(root, 'node_modules', name);
    cpSync(from, join(project, 'node_modules', name), { recursive: true });
    const { dependencies: inner = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
    for (const one of Object.keys(inner)) copy(one);
  };
  for (const name of Object.keys(dependencies)) copy(name);
  cpSync(join(root, 'test', 'programs', 'platforms'), project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
}
