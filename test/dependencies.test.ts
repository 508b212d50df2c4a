import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.c?ts$/.test(name));

/** Of `report/readings/rule.ts` that is `report`; of what lies in `src` itself the empty text. */
const folderOf = (name: string) => name.split('/').slice(0, -1)[0] ?? '';

const imports = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), 'utf8');
  const paths = [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, path]) => path!);
  return paths.map((path) => ({ file, imported: normalize(join(dirname(file), path)) }));
});

/** Between folders alone: modules of `src` itself are the profiler, or serve all. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  cli: ['compare', 'corpus', 'host', 'native', 'reconcile', 'recorder', 'report', 'run', 'summary'],
  compare: ['host', 'report', 'summary'],
  corpus: ['host', 'native', 'recorder', 'report'],
  host: [],
  native: ['host'],
  reconcile: ['host', 'report', 'summary'],
  recorder: ['host', 'native', 'report'],
  report: ['host', 'native'],
  run: ['host', 'native', 'recorder', 'report'],
  stacks: ['host'],
  summary: ['host', 'report'],
};

describe('dependencies point one way', () => {
  test('every folder has its place', () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => folder !== '').sort()).toEqual(Object.keys(BELOW));
  });

  test.each(Object.entries(BELOW))('%s imports from %j alone', (folder, below) => {
    const others = imports.filter(({ file, imported }) => {
      const to = folderOf(imported);
      return folderOf(file) === folder && to !== '' && to !== folder && !below.includes(to);
    });
    expect(others).toEqual([]);
  });

  test('the profiler knows nothing of the command line', () => {
    const known = new Set(['', 'host', 'native', 'recorder', 'report']);
    expect(imports.filter(({ file, imported }) => folderOf(file) === '' && !known.has(folderOf(imported)))).toEqual([]);
  });

  test('report is pure: of native it has names and types alone', () => {
    const fromNative = imports.filter(
      ({ file, imported }) => folderOf(file) === 'report' && folderOf(imported) === 'native',
    );
    expect([...new Set(fromNative.map(({ imported }) => imported))].sort()).toEqual([
      'native/layout.js',
      'native/sampler.js',
    ]);
    const builtIn = files.filter(
      (file) =>
        folderOf(file) === 'report' &&
        /from 'node:(fs|child_process|worker_threads)/.test(readFileSync(join(SRC, file), 'utf8')),
    );
    expect(builtIn).toEqual([]);
  });

  test('native alone loads the addon', () => {
    const loading = files.filter((file) => readFileSync(join(SRC, file), 'utf8').includes("'node-gyp-build'"));
    expect(loading.map(folderOf)).toEqual(['native']);
  });
});
