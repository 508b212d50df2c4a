import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chunksOf } from '../../src/records/chunks.js';
import { findRecordFiles } from '../../src/records/files.js';
import { folds } from '../support/longest-input.js';
import { temporaryFolder } from '../support/temporary-folder.js';

// The built file: a worker is started from the one beside it. By its address, so that types are checked before a build.
const { readChunks }: typeof import('../../src/records/read-chunks.js') = await import(
  new URL('../../dist/records/read-chunks.js', import.meta.url).href
);

const NAMES = Array.from({ length: 2000 }, (_, index) => `${'x'.repeat(index % 50)}${index}`);

test.each([1, 3])('a reader of one file has every record once, in order, on %d threads', async (jobs) => {
  const folder = temporaryFolder();
  const lines = NAMES.map((input) => `${JSON.stringify({ input })}\n`);
  writeFileSync(join(folder, 'a.jsonl'), `${lines.slice(0, 900).join('')}no record\n`);
  writeFileSync(join(folder, 'b.jsonl'), lines.slice(900).join(''));
  const chunks = chunksOf(findRecordFiles([folder]).files, 1000);
  expect(chunks.length).toBeGreaterThan(50);
  const bytesRead = new BigInt64Array(new SharedArrayBuffer(8));
  const { outcome, result } = await readChunks(chunks, { folds, options: undefined, jobs, bytesRead });
  expect(result).toEqual({ longest: 53, names: NAMES });
  expect(outcome).toMatchObject({ records: 2000, unprofiled: 2000, malformed: 1, repeatedInputs: 0 });
  expect(outcome.named).toEqual([`${join(folder, 'a.jsonl')}:901: is not JSON`]);
  expect(Number(bytesRead[0])).toBeGreaterThan(lines.join('').length);
});
