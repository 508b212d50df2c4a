// node release.js FOLDER: makes what a release consists of, from the last commit, and says how to publish it. It publishes
// nothing. What the folder has of an earlier release is removed. The tarball is made twice, in two clones under different settings, and has to have the same bytes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const SUMS = 'SHA256SUMS';

/** What differs between machines, and must not show in the tarball. */
const SETTINGS = [
  { umask: 0o022, env: { TZ: 'UTC', LC_ALL: 'C' } },
  { umask: 0o077, env: { TZ: 'Asia/Tokyo', LC_ALL: 'C.UTF-8' } },
];

const run = (command, args, options) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });

/** The text that a file has in the last commit. */
const committed = (path) => run('git', ['show', `HEAD:${path}`]);

/** Builds and packs the last commit into a folder; returns the name of the tarball. */
function pack(folder, { umask, env: settings }) {
  const clone = mkdtempSync(join(tmpdir(), 'stageprof-release-'));
  const before = process.umask(umask);
  try {
    const options = { cwd: clone, env: { ...process.env, ...settings } };
    run('git', ['clone', '--quiet', root, clone], { env: options.env });
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    run(process.execPath, ['prebuild.js', '--check'], options);
    run(join(root, 'node_modules', '.bin', 'tsc'), [], options);
    run(process.execPath, ['bundle-page.js'], options);
    run(process.execPath, ['docs/generate.js', '--schema', 'dist/schema.json'], options);
    run('chmod', ['+x', 'dist/cli/main.js'], options);
    // npm packs the permissions that files have here.
    const { files } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'));
    // Some of the files are patterns.
    run('sh', ['-c', `chmod -R u=rwX,go=rX ${files.join(' ')} package.json`], options);
    return run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], options).trim();
  } finally {
    process.umask(before);
    rmSync(clone, { recursive: true, force: true });
  }
}

/** @returns the name of the tarball in the folder */
function packTwice(folder) {
  const again = mkdtempSync(join(tmpdir(), 'stageprof-release-'));
  try {
    const [name] = [pack(folder, SETTINGS[0]), pack(again, SETTINGS[1])];
    if (sha256(join(folder, name)) === sha256(join(again, name))) return name;
    throw new Error(`${name}: two clones of the same commit gave different bytes`);
  } finally {
    rmSync(again, { recursive: true, force: true });
  }
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/**
 * What an install brings, with licences and hashes, from the lock file. `npm sbom --omit dev` also omits what the package
 * and its development share (npm issue 7909), so that npm gets files in which there is no development.
 */
function billOfMaterials(manifest) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-release-'));
  // npm names the package by its folder.
  const project = join(folder, manifest.name);
  const { packages, ...lock } = JSON.parse(committed('package-lock.json'));
  const installed = Object.entries(packages).filter(([, { dev, devOptional }]) => !dev && !devOptional);
  const withoutDevelopment = ({ devDependencies, ...others }) => others;
  const write = (name, content) => writeFileSync(join(project, name), JSON.stringify(content));
  try {
    mkdirSync(project);
    write('package.json', withoutDevelopment(manifest));
    const kept = installed.map(([path, entry]) => [path, withoutDevelopment(entry)]);
    write('package-lock.json', { ...lock, packages: Object.fromEntries(kept) });
    const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--package-lock-only'];
    return run('npm', args, { cwd: project });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What has to be done before this is published, a line each. */
function openMatters({ version, repository }) {
  const isChanged = run('git', ['status', '--porcelain']) !== '';
  const isTagged = run('git', ['tag', '--points-at', 'HEAD']).split('\n').includes(`v${version}`);
  const changes = committed('CHANGELOG.md');
  return [
    isChanged && 'the work tree has changes that are not committed, and not in this release',
    !isTagged && `the last commit has no tag v${version}`,
    !changes.includes(`## ${version}\n`) && `CHANGELOG.md has no section "## ${version}"`,
    repository === undefined && 'package.json names no "repository", which provenance is checked against',
  ].filter((matter) => matter !== false);
}

function main(operand) {
  if (operand === undefined) throw new Error('give a folder for the files of the release');
  const folder = resolve(operand);
  const isOther = existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, SUMS));
  if (isOther) throw new Error(`${operand} has files and is no release: name another folder`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });

  const manifest = JSON.parse(committed('package.json'));
  const tarball = packTwice(folder);
  const bill = tarball.replace(/\.tgz$/, '.cdx.json');
  writeFileSync(join(folder, bill), billOfMaterials(manifest));
  run('sh', ['-c', 'git archive HEAD prebuilds | tar -x -C "$1"', 'sh', folder]);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1));
  writeFileSync(
    join(folder, SUMS),
    names
      .sort()
      .map((name) => `${sha256(join(folder, name))}  ${name}\n`)
      .join(''),
  );

  for (const name of [...names, SUMS]) process.stdout.write(`${join(operand, name)}\n`);
  for (const matter of openMatters(manifest)) process.stdout.write(`before it is published: ${matter}\n`);
  const publish = `npm publish ${join(operand, tarball)} --provenance --access public`;
  process.stdout.write(`to publish, in a CI job that may ask for an OIDC token: ${publish}\n`);
}

main(process.argv[2]);
