import { afterAll, expect, test } from 'vitest';
import { RepositoryCopy } from '../support/repository-copy.js';
import { editsOf } from '../support/worked-example.js';

const copy = new RepositoryCopy();
afterAll(() => copy[Symbol.dispose]());

const PROGRAM = [
  "import { writeFileSync } from 'node:fs';",
  "import { StageProfiler } from './dist/index.js';",
  'const profiler = new StageProfiler();',
  'for (let call = 0; call < 3; call += 1) profiler.stage("read \\"all\\"", () => {});',
  "writeFileSync('report.json', JSON.stringify(profiler.report()));",
];

test('an export format is a file and a row of the table', () => {
  const edits = editsOf('To add an export format');
  expect(edits.map(({ path }) => path)).toEqual(['src/export/logfmt.ts', 'src/export/exporters.ts']);
  copy.apply(edits);
  copy.useBuiltAddon();
  copy.build();

  copy.run(process.execPath, copy.program('program.mjs', PROGRAM));
  const printed = copy.stageprof('summarize', '--format', 'logfmt', 'report.json');
  expect(printed).toMatch(/^stage="read \\"all\\"" calls=3 wall_s=[\d.e-]+\n$/);
  expect(copy.stageprof('summarize', '--help')).toMatch(/choices:[^)]*"logfmt"/);
  expect(() => copy.stageprof('summarize', '--format', 'logfmt', '--details', 'report.json')).toThrow(
    '--details needs',
  );
});
