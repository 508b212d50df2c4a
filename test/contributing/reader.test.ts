import { afterAll, expect, test } from 'vitest';
import { RepositoryCopy } from '../support/repository-copy.js';
import { editsOf } from '../support/worked-example.js';

const copy = new RepositoryCopy();
afterAll(() => copy[Symbol.dispose]());

const RECORDS = 300;
const CHUNK_BYTES = 20_000;

/** Writes records of three processes, some without a profile, and reads them in many chunks on two threads. */
const PROGRAM = [
  "import { writeFileSync } from 'node:fs';",
  "import { StageProfiler } from './dist/index.js';",
  "import { chunksOf } from './dist/records/chunks.js';",
  "import { findRecordFiles } from './dist/records/files.js';",
  "import { readChunks } from './dist/records/read-chunks.js';",
  "import { folds } from './dist/summary/process-fold.js';",
  'const profiler = new StageProfiler();',
  'profiler.stage("a", () => {});',
  'const report = profiler.report();',
  `const records = Array.from({ length: ${RECORDS} }, (_, index) => ({`,
  '  input: String(index),',
  '  profile: index % 4 === 3 ? null : { ...report, pid: 1000 + (index % 4) },',
  '}));',
  "writeFileSync('records.jsonl', records.map((record) => JSON.stringify(record) + '\\n').join('') + 'no record\\n');",
  `const chunks = chunksOf(findRecordFiles(['records.jsonl']).files, ${CHUNK_BYTES});`,
  'const bytesRead = new BigInt64Array(new SharedArrayBuffer(8));',
  'const { outcome, result } = await readChunks(chunks, { folds, options: undefined, jobs: 2, bytesRead });',
  'console.log(JSON.stringify({ chunks: chunks.length, malformed: outcome.malformed, counts: Object.fromEntries(result) }));',
];

test('a reader of records is one file', () => {
  const edits = editsOf('To add a reader of records');
  expect(edits.map(({ path }) => path)).toEqual(['src/summary/process-fold.ts']);
  copy.apply(edits);
  copy.useBuiltAddon();
  copy.build();

  const { chunks, malformed, counts } = JSON.parse(copy.run(process.execPath, copy.program('program.mjs', PROGRAM)));
  expect(chunks).toBeGreaterThan(10);
  expect(malformed).toBe(1);
  const each = RECORDS / 4;
  expect(counts).toEqual({ 1000: each, 1001: each, 1002: each, null: each });
});
