import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { circlesOf } from './support/import-graph.js';

const SRC = join(import.meta.dirname, '../src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.c?ts$/.test(name));
const textOf = (file: string) => readFileSync(join(SRC, file), 'utf8');

/** What stands at the root of src/: the exports of the package. */
const EXPORTS = ['devtools.ts', 'index.ts', 'null.ts', 'opentelemetry.ts', 'register.ts'];

/** From bottom to top. A file imports from its own room and from those above it in this list. */
const ROOMS = [
  'host',
  'model',
  'text',
  'terminal',
  'os',
  'native',
  'store',
  'accounting',
  'attribution',
  'threads',
  'stacks',
  'report',
  'findings',
  'render',
  'recorder',
  'profiler',
  'preload',
  'records',
  'symbols',
  'summary',
  'compare',
  'reconcile',
  'export',
  'flame',
  'page',
  'browser',
  'corpus',
  'run',
  'attach',
  'doctor',
  'docs',
  'completion',
  'cli',
];

/** The rooms that a program has in its process, besides those that stand below them. */
const IN_PROCESS = ['profiler', 'recorder'];

const roomOf = (file: string) => (file.includes('/') ? file.split('/')[0]! : '');

const imports = files.flatMap((file) => {
  const paths = [...textOf(file).matchAll(/(?:from|import\(|import) ?'(\.[^']+)'/g)].map(([, path]) => path!);
  return paths.map((path) => ({
    file,
    imported: normalize(join(dirname(file), path)).replace(/\.(c?)js$/, '.$1ts'),
  }));
});

const importsOf = new Map(files.map((file) => [file, [] as string[]]));
for (const { file, imported } of imports) importsOf.get(file)!.push(imported);

describe('dependencies point one way', () => {
  test('every folder is in the list, and none has folders within', () => {
    const folders = new Set(files.map((file) => dirname(file)).filter((folder) => folder !== '.'));
    expect([...folders].sort()).toEqual([...ROOMS].sort());
  });

  test('only the exports of the package stand at the root', () => {
    expect(files.filter((file) => roomOf(file) === '').sort()).toEqual(EXPORTS);
    const { exports } = JSON.parse(readFileSync(join(SRC, '../package.json'), 'utf8'));
    const exported = Object.values<{ default?: string }>(exports).flatMap(({ default: path }) => path ?? []);
    expect(exported.sort()).toEqual(EXPORTS.map((file) => `./dist/${file.replace('.ts', '.js')}`));
  });

  test.each(ROOMS)('%s imports from rooms below it alone', (room) => {
    const below = new Set(ROOMS.slice(0, ROOMS.indexOf(room)));
    const others = imports.filter(({ file, imported }) => {
      const to = roomOf(imported);
      return roomOf(file) === room && to !== room && !below.has(to);
    });
    expect(others).toEqual([]);
  });

  test('no files import from each other in a circle', () => {
    expect(imports.length).toBeGreaterThan(files.length);
    expect(circlesOf(importsOf)).toEqual([]);
    const twoCircles = { a: ['b', 'd'], b: ['c'], c: ['b'], d: ['a'] };
    expect(circlesOf(new Map(Object.entries(twoCircles)))).toEqual([
      ['b', 'c'],
      ['a', 'd'],
    ]);
  });

  test('what runs inside a program knows nothing of records and commands', () => {
    const known = new Set(ROOMS.slice(0, ROOMS.indexOf('records')));
    const reached = new Set(files.filter((file) => IN_PROCESS.includes(roomOf(file)) || EXPORTS.includes(file)));
    for (const file of reached) for (const imported of importsOf.get(file) ?? []) reached.add(imported);
    expect([...reached].filter((file) => roomOf(file) !== '' && !known.has(roomOf(file)))).toEqual([]);
  });

  test('report, findings and render are pure: no file, no process, no addon', () => {
    const pure = new Set(['report', 'findings', 'render']);
    const impure = imports.filter(
      ({ file, imported }) =>
        pure.has(roomOf(file)) &&
        (['native', 'os'].includes(roomOf(imported)) || /host\/(files|process)/.test(imported)),
    );
    expect(impure).toEqual([]);
    const builtIn = files.filter(
      (file) => pure.has(roomOf(file)) && /from 'node:(fs|child_process|worker_threads)/.test(textOf(file)),
    );
    expect(builtIn).toEqual([]);
  });

  test('native alone loads the addon', () => {
    const loading = files.filter((file) => textOf(file).includes("'node-gyp-build'"));
    expect(loading.map(roomOf)).toEqual(['native']);
  });
});

test('no test names the built files to the compiler, so that types are checked before a build', () => {
  const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(tests.length).toBeGreaterThan(200);
  const naming = tests.filter((name) =>
    /\b(?:from|import\(?)\s*'\.[./]*\/dist\//.test(readFileSync(join(import.meta.dirname, name), 'utf8')),
  );
  // Programs that a test writes out, as text in quotes of another kind.
  expect(naming.filter((name) => !name.startsWith('contributing/'))).toEqual([]);
});
