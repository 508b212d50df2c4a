// Builds prebuilds/linux-<arch> for each of TARGETS, and writes beside it the hash of the sources and the compiler that
// it was built with. A target whose compiler is not installed is left as it is, with a word.
//   --check    exits 1 when a prebuild is not of the sources as they are
//   --compare  builds in another folder, and exits 1 when the same compiler makes other bytes
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const HASH = 'SOURCES.sha256';
const COMPILER = 'COMPILER.txt';

/** On another machine than Debian 12 on x64 the commands may have other names, and make other bytes. */
const TARGETS = [
  { arch: 'x64', prefix: process.arch === 'x64' ? '' : 'x86_64-linux-gnu-', debian: 'g++' },
  { arch: 'arm64', prefix: process.arch === 'arm64' ? '' : 'aarch64-linux-gnu-', debian: 'g++-aarch64-linux-gnu' },
];

const folderOf = (arch, under = root) => join(under, 'prebuilds', `linux-${arch}`);

/** Everything the compiler sees: names and bytes, in a fixed order. */
export function sourcesHash() {
  const sources = readdirSync(join(root, 'native'), { recursive: true })
    .map(String)
    .filter((name) => /\.(cc|c|h)$/.test(name))
    .map((name) => join('native', name));
  const hash = createHash('sha256');
  for (const name of [...sources, 'binding.gyp'].sort()) {
    const bytes = readFileSync(join(root, name));
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** Undefined when the prebuilds are of these sources, else what is wrong and what to do. */
export function prebuildFault() {
  const hash = sourcesHash();
  for (const { arch, debian } of TARGETS) {
    const file = join(folderOf(arch), HASH);
    const remedy = `run "npm run prebuild" with Debian's ${debian}, and commit prebuilds/`;
    if (!existsSync(file)) return `no ${file}: ${remedy}`;
    if (readFileSync(file, 'utf8').trim() !== hash) return `${file} is of other native sources: ${remedy}`;
  }
  return undefined;
}

/** The first lines of the versions of the compiler and of the linker; undefined where there is none. */
function compilerOf(target) {
  const lines = ['g++', 'ld'].map((tool) => {
    const { error, status, stdout } = spawnSync(`${target.prefix}${tool}`, ['--version'], { encoding: 'utf8' });
    return error || status !== 0 ? undefined : stdout.split('\n', 1)[0];
  });
  return lines.includes(undefined) ? undefined : `${lines.join('\n')}\n`;
}

function build(target, under) {
  const { arch, prefix } = target;
  rmSync(folderOf(arch, under), { recursive: true, force: true });
  const tools = { CC: 'gcc', CXX: 'g++', LINK: 'g++', AR: 'ar', PREBUILD_STRIP_BIN: 'strip' };
  const env = Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, `${prefix}${tool}`]));
  const { status } = spawnSync('prebuildify', ['--napi', '--strip', '--arch', arch], {
    cwd: under,
    env: {
      ...process.env,
      ...env,
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    },
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Calls `act` with each target that can be built here. */
function forEachCompiler(act) {
  for (const target of TARGETS) {
    const compiler = compilerOf(target);
    if (compiler !== undefined) act(target, compiler);
    else say(`linux-${target.arch} is left as it is: there is no ${target.prefix}g++ (Debian: ${target.debian})`);
  }
}

function buildAll() {
  forEachCompiler((target, compiler) => {
    build(target, root);
    writeFileSync(join(folderOf(target.arch), HASH), `${sourcesHash()}\n`);
    writeFileSync(join(folderOf(target.arch), COMPILER), compiler);
  });
}

function fail(fault) {
  say(fault);
  process.exitCode = 1;
}

function check() {
  const fault = prebuildFault();
  if (fault !== undefined) fail(fault);
}

function compare() {
  check();
  const elsewhere = mkdtempSync(join(tmpdir(), 'stageprof-prebuild-'));
  try {
    for (const name of ['native', 'binding.gyp', 'package.json']) {
      cpSync(join(root, name), join(elsewhere, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
    forEachCompiler((target, compiler) => {
      const { arch } = target;
      if (compiler !== readFileSync(join(folderOf(arch), COMPILER), 'utf8')) {
        say(`linux-${arch} is not compared: it was built with another compiler than\n${compiler.trimEnd()}`);
        return;
      }
      build(target, elsewhere);
      const built = readdirSync(folderOf(arch, elsewhere));
      for (const name of built) {
        const [made, committed] = [elsewhere, root].map((under) => readFileSync(join(folderOf(arch, under), name)));
        if (made.equals(committed)) say(`linux-${arch}/${name} is the same to the bit`);
        else fail(`linux-${arch}/${name} differs from what the same compiler makes of the sources`);
      }
    });
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) check();
  else if (process.argv.includes('--compare')) compare();
  else buildAll();
}
