import { afterAll, expect, test } from 'vitest';
import { RepositoryCopy } from '../support/repository-copy.js';
import { editsOf } from '../support/worked-example.js';

const copy = new RepositoryCopy();
afterAll(() => copy[Symbol.dispose]());

const READS = 1000;

/** Makes exactly that many calls of pread in a stage, besides those that the profiler makes. */
const PROGRAM = [
  "import { openSync, readSync } from 'node:fs';",
  "import { StageProfiler } from './dist/index.js';",
  "import { loadBinding } from './dist/native/load-addon.js';",
  'const file = openSync(process.execPath);',
  'const profiler = new StageProfiler();',
  'profiler.stage("read", () => {',
  `  for (let read = 0; read < ${READS}; read += 1) readSync(file, Buffer.alloc(1), 0, 1, read);`,
  '});',
  'const [row] = profiler.report().stages;',
  'const { binding, missing } = loadBinding();',
  'console.log(JSON.stringify({ row, missing, source: binding?.sourcesRead().io_calls }));',
];

test('a source is two files, and a metric of it a row and a slot', { timeout: 240_000 }, () => {
  const slot = editsOf('To add a metric with a slot');
  expect(slot.map(({ path }) => path)).toEqual([
    'src/model/metrics.ts',
    'native/sources/sample_layout.h',
    'src/model/sample-layout.ts',
  ]);
  const source = editsOf('To add a source');
  expect([...new Set(source.map(({ path }) => path))]).toEqual([
    'native/sources/io_calls.h',
    'native/sources/sources.h',
  ]);
  copy.apply([...slot, ...source]);
  copy.build();
  copy.buildAddon();

  const printed = copy.run(process.execPath, copy.program('program.mjs', PROGRAM));
  const { row, missing, source: state } = JSON.parse(printed);
  expect({ missing, state }).toEqual({ missing: null, state: { failure: null } });
  expect(row.read_calls).toBeGreaterThanOrEqual(READS);
  // What the profiler itself reads at the two ends of a stage, and what other threads of node read meanwhile.
  expect(row.read_calls).toBeLessThan(READS + 50);
});
