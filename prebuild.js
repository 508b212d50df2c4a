// Builds prebuilds/linux-<arch> and writes beside it the hash of the sources it was built from.
// `--check` compares that hash with the sources as they are, and exits 1 when the prebuild is stale.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
const hashFile = join(folder, 'SOURCES.sha256');

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

/** Undefined when the prebuild is of these sources, else what is wrong and what to do. */
export function prebuildFault() {
  if (!existsSync(hashFile)) return `no ${hashFile}: run "npm run prebuild" and commit prebuilds/`;
  if (readFileSync(hashFile, 'utf8').trim() === sourcesHash()) return undefined;
  return 'prebuilds/ was built from other native sources: run "npm run prebuild" and commit it';
}

function build() {
  rmSync(folder, { recursive: true, force: true });
  const { status } = spawnSync('prebuildify', ['--napi', '--strip', '--tag-libc'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(hashFile, `${sourcesHash()}\n`);
}

function check() {
  const fault = prebuildFault();
  if (fault === undefined) return;
  process.stderr.write(`${fault}\n`);
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) check();
  else build();
}
