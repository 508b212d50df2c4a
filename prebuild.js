// Builds prebuilds/linux-<arch> for each of COMMITTED, and writes beside it the hash of the sources and the compiler that
// it was built with. One whose compiler is not installed is left as it is, with a word.
//   --check    exits 1 when a prebuild is not of the sources as they are
//   --compare  builds in another folder, and exits 1 when the same compiler makes other bytes
//   --arch ARCH  builds for x64, arm64 or ppc64 alone, which has to be possible. ppc64 is Node's name for ppc64le
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
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('.', import.meta.url));
const HASH = 'SOURCES.sha256';
const COMPILER = 'COMPILER.txt';

/** On another machine than Debian 12 on x64 the commands may have other names, and make other bytes. */
const COMMITTED = [
  { arch: 'x64', prefix: process.arch === 'x64' ? '' : 'x86_64-linux-gnu-', debian: 'g++' },
  { arch: 'arm64', prefix: process.arch === 'arm64' ? '' : 'aarch64-linux-gnu-', debian: 'g++-aarch64-linux-gnu' },
];

/** Built only when it is named, and not committed: its stacks are not walked. */
export const PPC64LE = {
  arch: 'ppc64',
  prefix: process.arch === 'ppc64' ? '' : 'powerpc64le-linux-gnu-',
  debian: 'g++-powerpc64le-linux-gnu',
};

export const folderOf = (arch, under = root) => join(under, 'prebuilds', `linux-${arch}`);

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
  const isOther = (file) => existsSync(file) && readFileSync(file, 'utf8').trim() !== hash;
  for (const { arch, debian } of COMMITTED) {
    const file = join(folderOf(arch), HASH);
    const remedy = `run "npm run prebuild" with Debian's ${debian}, and commit prebuilds/`;
    if (!existsSync(file)) return `no ${file}: ${remedy}`;
    if (isOther(file)) return `${file} is of other native sources: ${remedy}`;
  }
  const named = folderOf(PPC64LE.arch);
  // npm packs it as it is.
  return isOther(join(named, HASH)) ? `${named} is of other native sources: remove it, or build it again` : undefined;
}

/** The first lines of the versions of the compiler and of the linker; undefined where there is none. */
function compilerOf(target) {
  const lines = ['g++', 'ld'].map((tool) => {
    const { error, status, stdout } = spawnSync(`${target.prefix}${tool}`, ['--version'], { encoding: 'utf8' });
    return error || status !== 0 ? undefined : stdout.split('\n', 1)[0];
  });
  return lines.includes(undefined) ? undefined : `${lines.join('\n')}\n`;
}

/**
 * Builds the sources in a folder for a processor, into its prebuilds/.
 *
 * @param {{ arch: string, prefix: string }} target `arch` as Node names it; `prefix`: what stands in front of `g++`
 */
export function build({ arch, prefix }, under) {
  const tools = { CC: 'gcc', CXX: 'g++', LINK: 'g++', AR: 'ar', PREBUILD_STRIP_BIN: 'strip' };
  const env = Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, `${prefix}${tool}`]));
  say(`building for linux-${arch}`);
  const { error, status, stdout, stderr } = spawnSync('prebuildify', ['--napi', '--strip', '--arch', arch], {
    cwd: under,
    env: {
      ...process.env,
      ...env,
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error) throw new Error(`cannot start prebuildify, which npm ci installs: ${error.message}`);
  if (status !== 0) throw new Error(`${stdout}${stderr}cannot build for linux-${arch}`);
}

/** A temporary folder with all that a build needs. Whoever makes it removes it. */
export function copyOfSources() {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-prebuild-'));
  for (const name of ['native', 'binding.gyp', 'package.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

const missingFor = ({ prefix, debian }) => `there is no ${prefix}g++ and ${prefix}ld (Debian: ${debian})`;

/** Calls `act` with each committed target that can be built here. */
function forEachCompiler(act) {
  for (const target of COMMITTED) {
    const compiler = compilerOf(target);
    if (compiler !== undefined) act(target, compiler);
    else say(`linux-${target.arch} is left as it is: ${missingFor(target)}`);
  }
}

/** Elsewhere: in the checkout it would take the place of what is built there for this machine. */
function buildInto(target, compiler) {
  const elsewhere = copyOfSources();
  try {
    build(target, elsewhere);
    const built = folderOf(target.arch, elsewhere);
    writeFileSync(join(built, HASH), `${sourcesHash()}\n`);
    writeFileSync(join(built, COMPILER), compiler);
    rmSync(folderOf(target.arch), { recursive: true, force: true });
    cpSync(built, folderOf(target.arch), { recursive: true });
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
}

function buildNamed(arch) {
  const target = [...COMMITTED, PPC64LE].find((one) => one.arch === arch);
  if (target === undefined)
    throw new Error(`--arch takes x64, arm64 or ppc64, which is Node's name for ppc64le, not "${arch}"`);
  const compiler = compilerOf(target);
  if (compiler === undefined) throw new Error(`cannot build for linux-${arch}: ${missingFor(target)}`);
  buildInto(target, compiler);
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
  const elsewhere = copyOfSources();
  try {
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
  try {
    const options = { check: { type: 'boolean' }, compare: { type: 'boolean' }, arch: { type: 'string' } };
    const { values } = parseArgs({ options });
    if (Object.keys(values).length > 1) throw new Error('give one of --check, --compare and --arch');
    if (values.check) check();
    else if (values.compare) compare();
    else if (values.arch !== undefined) buildNamed(values.arch);
    else forEachCompiler(buildInto);
  } catch (error) {
    fail(error.message);
  }
}
