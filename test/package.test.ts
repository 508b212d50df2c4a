import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prebuildFault } from '../prebuild.js';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('the manifest', () => {
  test.each(['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])('has no %s script', (name) => {
    // npm 12, pnpm, Yarn and Bun do not run these for dependencies, so a package that needs them is broken there.
    expect(manifest.scripts[name]).toBeUndefined();
  });

  test('keeps npm from building by itself', () => {
    expect(manifest.gypfile).toBe(false);
  });

  test('exports the library, the null profiler, the register module, the bridges, the schema and itself', () => {
    const modules = ['.', './null', './register', './devtools', './opentelemetry'];
    expect(Object.keys(manifest.exports)).toEqual([...modules, './schema.json', './package.json']);
  });
});

const isRepository = spawnSync('git', ['rev-parse', '--show-prefix'], { cwd: root, encoding: 'utf8' }).stdout === '\n';

// What a program leaves where it was started, as its profiles, is soon committed by mistake.
test.skipIf(!isRepository)('every file and folder at the top level of the repository is named here', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trimEnd().split('\n');
  expect([...new Set(tracked.map((path) => path.split('/', 1)[0]))].sort()).toEqual([
    '.ci',
    '.clang-format',
    '.editorconfig',
    '.gitignore',
    '.npmrc',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'bench',
    'binding.gyp',
    'biome.json',
    'bundle-page.js',
    'docs',
    'examples',
    'native',
    'package-lock.json',
    'package.json',
    'prebuild.js',
    'prebuilds',
    'release.js',
    'src',
    'test',
    'tsconfig.json',
    'vitest.config.ts',
  ]);
});

describe('the tarball', () => {
  let packed: string[];
  beforeAll(() => {
    const [{ files }] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
    );
    packed = files.map(({ path }: { path: string }) => path);
  });

  test('has no binding.gyp, which would start a build at install', () => {
    expect(packed.filter((path) => path.endsWith('.gyp'))).toEqual([]);
  });

  test('has what runs, and no sources', () => {
    const folders = new Set(packed.map((path) => path.split('/', 1)[0]));
    expect([...folders].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'docs',
      'package.json',
      'prebuilds',
    ]);
    expect(packed.filter((path) => path.startsWith('docs/') && !path.endsWith('.md'))).toEqual([]);
    expect(packed).toContain('dist/schema.json');
    expect(packed).toContain('dist/page/front-end.json');
    expect(packed).toContain('dist/cli/main.js');
  });

  test('has no module whose source is gone', () => {
    const modules = packed.flatMap((path) => /^dist\/(.*)\.(?:d\.ts|js)$/.exec(path)?.[1] ?? []);
    expect(modules).toContain('index');
    expect(modules.filter((name) => !existsSync(new URL(`../src/${name}.ts`, import.meta.url)))).toEqual([]);
  });

  // No name of a libc: the same file serves glibc and musl.
  test('has the prebuilt addon and tracker for each processor', () => {
    // Another one is built when it is named.
    const named = existsSync(join(root, 'prebuilds', 'linux-ppc64')) ? ['ppc64'] : [];
    const files = ['x64', 'arm64', ...named].flatMap((arch) =>
      ['COMPILER.txt', 'SOURCES.sha256', 'libstageprof_tracker.so', 'stageprof.node'].map(
        (name) => `prebuilds/linux-${arch}/${name}`,
      ),
    );
    expect(packed.filter((path) => path.startsWith('prebuilds/')).sort()).toEqual(files.sort());
  });
});

test('the committed prebuilds were built from the present native sources', () => {
  expect(prebuildFault()).toBeUndefined();
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'installed from the tarball, without scripts',
  () => {
    let project: string;
    beforeAll(() => {
      project = mkdtempSync(join(tmpdir(), 'stageprof-install-'));
      const name = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], {
        cwd: root,
        encoding: 'utf8',
      }).trim();
      const installed = join(project, 'node_modules', 'stageprof');
      mkdirSync(installed, { recursive: true });
      execFileSync('tar', ['-xzf', join(project, name), '-C', installed, '--strip-components=1']);
      for (const dependency of Object.keys(manifest.dependencies)) copyWithDependencies(dependency);
      writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    });
    afterAll(() => rmSync(project, { recursive: true }));

    function copyWithDependencies(name: string): void {
      const from = join(root, 'node_modules', name);
      cpSync(from, join(project, 'node_modules', name), { recursive: true });
      const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
      for (const inner of Object.keys(dependencies)) copyWithDependencies(inner);
    }

    function run(code: string): string {
      return execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: project, encoding: 'utf8' });
    }

    test('the addon loads from the prebuild', () => {
      const printed = run(`
      import { StageProfiler, capabilities } from 'stageprof';
      const prof = new StageProfiler();
      prof.stage('a', () => {});
      console.log(JSON.stringify([capabilities().addon.available, prof.report().stages[0].thread_cpu_s !== null]));
    `);
      expect(JSON.parse(printed)).toEqual([true, true]);
    });

    test('only the bridge to OpenTelemetry is missing without OpenTelemetry', () => {
      expect(manifest.peerDependenciesMeta).toEqual({ '@opentelemetry/api': { optional: true } });
      const printed = run(`
      import { StageProfiler } from 'stageprof';
      import { measureStages } from 'stageprof/devtools';
      measureStages();
      new StageProfiler().stage('a', () => {});
      const reason = await import('stageprof/opentelemetry').then(() => 'none', ({ message }) => message);
      console.log(performance.getEntriesByType('measure').length, reason);
    `);
      expect(printed).toMatch(/^1 .*@opentelemetry\/api/);
    });

    test('the schema and the manifest can be imported', () => {
      const printed = run(`
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      console.log(require('stageprof/schema.json').$id ?? require('stageprof/schema.json').title, require('stageprof/package.json').name);
    `);
      expect(printed).toContain('stageprof');
    });

    test('the command answers', () => {
      const stageprof = join(project, 'node_modules', 'stageprof', manifest.bin.stageprof);
      const printed = execFileSync(process.execPath, [stageprof, '--version'], { cwd: project, encoding: 'utf8' });
      expect(printed.trim()).toBe(manifest.version);
    });

    test('it runs a program with the prebuilt tracker', () => {
      const stageprof = join(project, 'node_modules', 'stageprof', manifest.bin.stageprof);
      const program = "import { activeProfiler } from 'stageprof'; activeProfiler().stage('a', () => {});";
      const command = [process.execPath, '--input-type=module', '-e', program];
      execFileSync(process.execPath, [stageprof, 'run', '--out', 'report.json', '--', ...command], {
        cwd: project,
        stdio: 'pipe',
      });
      const report = JSON.parse(readFileSync(join(project, 'report.json'), 'utf8'));
      expect(report).toMatchObject({ processes: 1, native_memory_traced: true, stages: [{ stage: 'a', calls: 1 }] });
    });
  },
);

const PREBUILT = ['x64', 'arm64'].flatMap((arch) =>
  ['stageprof.node', 'libstageprof_tracker.so'].map((name) => `prebuilds/linux-${arch}/${name}`),
);
test.each(PREBUILT)('%s needs no glibc newer than RHEL 7 has', (path) => {
  const bytes = readFileSync(join(root, path), 'latin1');
  const needed = [...bytes.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  expect(needed.length).toBeGreaterThan(0);
  expect(Math.max(...needed)).toBeLessThanOrEqual(17);
});

// musl has no functions with 64 in their names from 1.2.4 on: a call of one ends the program.
test.skipIf(spawnSync('nm', ['--version']).status !== 0).each(PREBUILT)('%s needs no name with 64', (path) => {
  const { stdout } = spawnSync('nm', ['-D', '--undefined-only', join(root, path)], { encoding: 'utf8' });
  const names = stdout.split('\n').flatMap((line) => /\b[Uw] (\w+)/.exec(line)?.[1] ?? []);
  expect(names).toContain('dl_iterate_phdr');
  expect(names.filter((name) => name.endsWith('64'))).toEqual([]);
});

// Images of musl often have no library of C++. The name of glibc is one that the loader of musl takes for its own.
test.skipIf(spawnSync('readelf', ['--version']).status !== 0).each(PREBUILT)('%s is linked with libc alone', (path) => {
  const { stdout } = spawnSync('readelf', ['-d', join(root, path)], { encoding: 'utf8' });
  expect([...stdout.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name)).toEqual(['libc.so.6']);
});
