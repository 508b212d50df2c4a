// node test/packages/run.js [--only bundlers|managers|lines|types] [--tools FOLDER]: installs bundlers, package managers and lines of Node into a
// temporary folder, or the one that is named and kept, and does with the tarball what users do. Prints what was found, with sizes and times.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeOf } from '../support/node-lines.js';
import { BUNDLERS, LIBRARIES, PROGRAM } from './bundlers.js';
import { STEPS, STRIPPING_STEPS, TSX_STEPS } from './first-steps.js';
import { MANAGERS } from './managers.js';
import { manifest, Project, packInto } from './project.js';

const { only, tools: kept } = parseArgs({ options: { only: { type: 'string' }, tools: { type: 'string' } } }).values;

const ROLLUP = ['rollup', '@rollup/plugin-node-resolve', '@rollup/plugin-commonjs', '@rollup/plugin-terser'];
const TOOLS = [
  'esbuild',
  'rolldown',
  ...ROLLUP,
  'vite',
  'webpack',
  ...Object.values(MANAGERS).flatMap(({ name }) => name ?? []),
];
/** The oldest compiler that docs/use.md names. */
const OLDEST_TYPESCRIPT = 'typescript@5.2';
const LINES = ['22', '24', '26'];
/** Of a library that is measured by the null profiler. */
const MOST_NULL_BYTES = 1000;

let failures = 0;

function check(name, test) {
  try {
    const measured = test();
    process.stdout.write(`ok      ${name}${measured === undefined ? '' : `: ${measured}`}\n`);
  } catch (error) {
    failures++;
    const reason = [error.message, error.stdout, error.stderr]
      .filter(Boolean)
      .join('\n')
      .trim()
      .replaceAll('\n', '\n        ');
    process.stdout.write(`failed  ${name}: ${reason}\n`);
  }
}

function installTools() {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'stageprof-tools-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const args = ['install', '--ignore-scripts', '--silent', ...new Set([...TOOLS, OLDEST_TYPESCRIPT])];
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit' });
  return folder;
}

async function checkBundlers(tools) {
  const project = new Project().unpack();
  for (const [name, text] of Object.entries({ ...LIBRARIES, ...PROGRAM })) project.write(name, text);
  const results = new Map();
  const bundle = async (bundler, entry, format, platform, isExternal = false) => {
    const name = entry.replace(/\.js$/, format === 'cjs' ? '.cjs' : '.js');
    const out = `${bundler}-${format}-${platform}-${isExternal}/${name}`;
    const isFirst = !results.has(out);
    if (isFirst) await BUNDLERS[bundler]({ folder: project.folder, entry, out, format, platform, isExternal }, tools);
    results.set(out, true);
    return join(project.folder, out);
  };
  const answerOf = (path) => JSON.parse(project.run(process.execPath, path));
  for (const bundler of Object.keys(BUNDLERS)) {
    try {
      const sizeOf = async (entry, platform) => statSync(await bundle(bundler, entry, 'esm', platform)).size;
      for (const [entry, platform] of [
        ['with-null.js', 'browser'],
        ['with-null.js', 'node'],
        ['with-main.js', 'node'],
      ]) {
        const growth = (await sizeOf(entry, platform)) - (await sizeOf('without.js', platform));
        check(`${bundler}, ${platform}: how much a library grows ${entry.replace('.js', '')}`, () => {
          assert.ok(growth > 100 && growth < MOST_NULL_BYTES, `${growth} bytes`);
          return `${growth} bytes`;
        });
      }
      for (const format of ['esm', 'cjs']) {
        const [inside, outside] = [
          await bundle(bundler, 'program.js', format, 'node'),
          await bundle(bundler, 'program.js', format, 'node', true),
        ];
        check(`${bundler}, ${format}: a bundle with the profiler runs, and says what to mark external`, () => {
          const { calls, available, reason } = answerOf(inside);
          assert.equal(calls, 3);
          // A bundler may leave the path of the package in the bundle: then the addon is found.
          if (!available) assert.match(reason, /mark stageprof as external/);
          return `${statSync(inside).size} bytes, ${available ? 'with the addon, by its path' : 'without the addon'}`;
        });
        check(`${bundler}, ${format}: a bundle with stageprof outside has the addon`, () => {
          assert.deepEqual(answerOf(outside).available, true);
          return `${statSync(outside).size} bytes`;
        });
      }
    } catch (error) {
      check(bundler, () => {
        throw error;
      });
    }
  }
  project.remove();
}

function checkManagers(tools) {
  for (const [name, manager] of Object.entries(MANAGERS)) {
    const project = new Project();
    for (const [file, text] of Object.entries(manager.files ?? {})) project.write(file, text);
    const tarball = `stageprof@file:./${basename(packInto(project.folder))}`;
    const program = manager.program(tools);
    check(`${name}: installs the tarball`, () => {
      const startedMs = performance.now();
      project.run(...program, ...manager.add([tarball]));
      return `${((performance.now() - startedMs) / 1000).toFixed(1)} s${installedSizes(project)}`;
    });
    const setting = { project, node: manager.node(program), stageprof: manager.stageprof(program) };
    for (const [step, test] of Object.entries(STEPS)) check(`${name}: ${step}`, () => test(setting));
    check(`${name}: installs tsx`, () => void project.run(...program, ...manager.add(['tsx'])));
    for (const [step, test] of Object.entries(TSX_STEPS)) check(`${name}: ${step}`, () => test(setting));
    project.remove();
  }
}

/** How many packages an install of npm has, and their size; empty for other layouts. */
function installedSizes({ folder }) {
  const lock = join(folder, 'package-lock.json');
  try {
    const names = Object.keys(JSON.parse(readFileSync(lock, 'utf8')).packages).filter((path) => path !== '');
    return `, ${names.length} packages with its own, ${Math.round(bytesIn(join(folder, 'node_modules')) / 1024)} KiB`;
  } catch {
    return '';
  }
}

function bytesIn(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath ?? file.path, file.name)).size, 0);
}

function checkLines() {
  const project = new Project().unpack().copy('tsx', 'esbuild');
  project.copy(`@esbuild/${process.platform}-${process.arch}`);
  for (const line of LINES) {
    const node = nodeOf(line);
    const path = process.env.PATH;
    // The workers and children are of the same line.
    process.env.PATH = `${dirname(node)}:${path}`;
    const setting = { project, node: [node], stageprof: [node, 'node_modules/stageprof/dist/cli/main.js'] };
    for (const [step, test] of Object.entries({ ...STEPS, ...TSX_STEPS, ...STRIPPING_STEPS })) {
      check(`Node ${line}: ${step}`, () => test(setting));
    }
    process.env.PATH = path;
  }
  project.remove();
}

function checkOldTypes(tools) {
  const project = new Project().unpack();
  project.write(
    'program.ts',
    "import { StageProfiler } from 'stageprof';\nimport { nullProfiler } from 'stageprof/null';\n" +
      'using stage = nullProfiler.stage("a");\nexport const all = [stage, new StageProfiler().report().stages];\n',
  );
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'ES2022',
    lib: ['ES2022'],
    types: [],
    module: 'NodeNext',
  };
  project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  check(`${OLDEST_TYPESCRIPT}: the types have no error without @types/node`, () => {
    project.run(process.execPath, join(tools, 'node_modules/typescript/bin/tsc'), '-p', '.');
  });
  project.remove();
}

check('the tarball', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-tarball-'));
  const bytes = statSync(packInto(folder)).size;
  rmSync(folder, { recursive: true });
  return `${Math.round(bytes / 1024)} KiB, ${Object.keys(manifest.dependencies).length} direct dependencies`;
});
const tools = installTools();
const parts = { bundlers: checkBundlers, managers: checkManagers, lines: checkLines, types: checkOldTypes };
for (const [name, run] of Object.entries(parts)) if (only === undefined || only === name) await run(tools);
if (kept === undefined) rmSync(tools, { recursive: true });
process.stdout.write(failures === 0 ? 'all passed\n' : `${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
