import { afterAll, expect, test } from 'vitest';
import { RepositoryCopy } from '../support/repository-copy.js';
import { editsOf } from '../support/worked-example.js';

const copy = new RepositoryCopy();
afterAll(() => copy[Symbol.dispose]());

const FIELD = 'native_kb_alloc_thread';

/** Allocates 4 MiB within a stage, in 64 blocks that malloc has to make. */
const PROGRAM = [
  "import { activeProfiler } from './dist/index.js';",
  'activeProfiler().stage("allocate", () => {',
  '  for (let block = 0; block < 64; block += 1) Buffer.allocUnsafeSlow(65_536).fill(block);',
  '});',
];

test('a metric of an existing slot is one row of one file', () => {
  const edits = editsOf('To add a metric');
  expect(edits.map(({ path }) => path)).toEqual(['src/model/metrics.ts']);
  copy.apply(edits);
  copy.useBuiltAddon();
  copy.build();

  copy.stageprof('run', '--out', 'report.json', '--', process.execPath, copy.program('program.mjs', PROGRAM));
  const [row] = JSON.parse(copy.read('report.json')).stages;
  expect(row[FIELD]).toBeGreaterThanOrEqual(4096);
  expect(row[FIELD]).toBeLessThanOrEqual(row.native_kb_alloc);

  expect(copy.stageprof('summarize', '--sort', FIELD, 'report.json')).toMatch(/^stage .* thread alloc\b/m);
  expect(JSON.parse(copy.read('dist/schema.json')).properties.stages.items.properties).toHaveProperty(FIELD);
  expect(copy.read('docs/fields.md')).toMatch(new RegExp(`^\\| \`${FIELD}\` \\| KiB .*needs the tracker`, 'm'));
});
