import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RecordFolder, RecordWriteError } from '../../src/corpus/record-folder.js';
import { SetupError } from '../../src/model/setup-error.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test('a folder is made with its parents and left empty', async () => {
  const path = join(temporaryFolder(), 'a', 'b');
  const folder = await RecordFolder.open(path);
  expect(folder.path).toBe(path);
  expect(readdirSync(path)).toEqual([]);
});

test('a record replaces an older one and leaves no temporary file', async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'a.jsonl'), 'an older and longer record\n');
  await (await RecordFolder.open(path)).write('a.jsonl', '{}\n');
  expect(readdirSync(path)).toEqual(['a.jsonl']);
  expect(readFileSync(join(path, 'a.jsonl'), 'utf8')).toBe('{}\n');
});

test('no reader ever finds a part of a record', async () => {
  const path = temporaryFolder();
  const folder = await RecordFolder.open(path);
  const line = `${'x'.repeat(50_000_000)}\n`;
  let written = false;
  const writing = folder.write('a.jsonl', line).then(() => {
    written = true;
  });
  let looks = 0;
  for (; !written; looks++) {
    const size = statSync(join(path, 'a.jsonl'), { throwIfNoEntry: false })?.size;
    expect([undefined, line.length]).toContain(size);
    await new Promise(setImmediate);
  }
  await writing;
  expect(looks).toBeGreaterThan(5);
});

test('tasks may open the same folder at the same time', async () => {
  const path = join(temporaryFolder(), 'a', 'b', 'c');
  const folders = await Promise.all(Array.from({ length: 8 }, () => RecordFolder.open(path)));
  await Promise.all(folders.map((folder) => folder.write('a.jsonl', '{}\n')));
  expect(readdirSync(path)).toEqual(['a.jsonl']);
});

test.each([
  ['in /proc', () => '/proc/stageprof/results'],
  [
    'below a file',
    () => {
      const path = join(temporaryFolder(), 'file');
      writeFileSync(path, '');
      return join(path, 'results');
    },
  ],
])('a folder %s is a setup error that names it', async (_, makePath) => {
  const path = makePath();
  const error = await RecordFolder.open(path).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(SetupError);
  expect(error.message).toMatch(new RegExp(`^--outdir ${path}: cannot be written, .+ \\(E[A-Z]+\\)`));
});

test('a record that cannot be written leaves no temporary file', async () => {
  const path = temporaryFolder();
  const folder = await RecordFolder.open(path);
  await expect(folder.write('no/such/folder.jsonl', '{}\n')).rejects.toThrow(RecordWriteError);
  expect(readdirSync(path)).toEqual([]);
});
