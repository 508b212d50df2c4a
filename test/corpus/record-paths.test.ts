import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RecordFolder } from '../../src/corpus/record-folder.js';
import { namedInputs, planRecords } from '../../src/corpus/record-paths.js';
import { temporaryFolder } from '../support/temporary-folder.js';

function recordOf(input: string, members: object = { pages: 3 }): string {
  return `${JSON.stringify({ input, ...members })}\n`;
}

/** The names of a list's records in a folder, by input, and how many inputs were left out. */
async function planned(path: string, inputs: readonly string[], { resume = true } = {}) {
  const folder = await RecordFolder.open(path);
  const named = namedInputs(inputs, 'p');
  const listed = new Set(named.map(({ recordName }) => recordName));
  const { inputs: left, ...counts } = await planRecords(folder, 'p', named, { resume, listed });
  return { left: Object.fromEntries(left.map(({ input, recordName }) => [input, recordName])), ...counts };
}

const HASHED = /^a-[0-9a-f]{8}\.p\.jsonl$/;

test('an empty folder leaves the names of the list', async () => {
  expect(await planned(temporaryFolder(), ['x/a', 'b'])).toEqual({
    left: { 'x/a': 'a.p.jsonl', b: 'b.p.jsonl' },
    resumed: 0,
    repaired: 0,
  });
});

test('leaves out inputs with a good record, does failed ones again, and repairs records', async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'good.p.jsonl'), recordOf('good'));
  writeFileSync(join(path, 'failed.p.jsonl'), recordOf('failed', { error: { kind: 'timeout', message: '' } }));
  writeFileSync(join(path, 'torn.p.jsonl'), recordOf('torn').slice(0, -3));
  writeFileSync(join(path, 'beside.p.jsonl'), recordOf('beside') + recordOf('beside').slice(0, 20));
  expect(await planned(path, ['good', 'failed', 'torn', 'beside', 'missing'])).toEqual({
    left: { failed: 'failed.p.jsonl', torn: 'torn.p.jsonl', missing: 'missing.p.jsonl' },
    resumed: 2,
    repaired: 1,
  });
  expect(readFileSync(join(path, 'beside.p.jsonl'), 'utf8')).toBe(recordOf('beside'));
});

test('leaves no input out without resume', async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'a.p.jsonl'), recordOf('a'));
  expect(await planned(path, ['a'], { resume: false })).toEqual({ left: { a: 'a.p.jsonl' }, resumed: 0, repaired: 0 });
});

test.each([true, false])('finds a record under the name that another list gave it, resume %s', async (resume) => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'a.p.jsonl'), recordOf('x/a'));
  const { left, resumed } = await planned(path, ['x/a', 'y/a'], { resume });
  expect(left['y/a']).toMatch(HASHED);
  expect(left['x/a']).toBe(resume ? undefined : 'a.p.jsonl');
  expect(resumed).toBe(resume ? 1 : 0);
});

test('finds a record with a hash in its name, which the list no longer gives', async () => {
  const path = temporaryFolder();
  const [named] = namedInputs(['x/a', 'y/a'], 'p');
  writeFileSync(join(path, named!.recordName), recordOf('x/a'));
  expect(await planned(path, ['x/a'])).toEqual({ left: {}, resumed: 1, repaired: 0 });
});

test.each([true, false])("does not overwrite another input's record, resume %s", async (resume) => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'a.p.jsonl'), recordOf('y/a'));
  expect((await planned(path, ['x/a'], { resume })).left['x/a']).toMatch(HASHED);
});

test('does not overwrite a file with records of two inputs, of which this one is the first', async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'a.p.jsonl'), recordOf('x/a') + recordOf('y/a'));
  expect((await planned(path, ['x/a'], { resume: false })).left['x/a']).toMatch(HASHED);
});

test('does not overwrite a file whose name differs only in case', async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'A.p.jsonl'), recordOf('x/A'));
  expect((await planned(path, ['x/a'])).left['x/a']).toMatch(HASHED);
});

test.each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
  ['a text', (path: string) => writeFileSync(path, 'read me\n')],
])('does not overwrite %s', async (_, make) => {
  const path = temporaryFolder();
  make(join(path, 'a.p.jsonl'));
  expect((await planned(path, ['x/a'])).left['x/a']).toMatch(HASHED);
});

test.each([
  ['empty', ''],
  ['torn before the name ends', '{"input":"x'],
  ['never written', '\0'.repeat(100)],
])('a file that is %s is given to one input only', async (_, text) => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'a.p.jsonl'), text);
  // The list gives this name to neither: the file could belong to both.
  const { left } = await planned(path, ['x/a', 'x2/a']);
  expect(left['x/a']).toMatch(HASHED);
  expect(left['x2/a']).toMatch(HASHED);
  expect(left['x/a']).not.toBe(left['x2/a']);
  // A list that gives the name takes the file.
  expect((await planned(path, ['x/a'])).left).toEqual({ 'x/a': 'a.p.jsonl' });
});

test('a good record counts, whatever is torn under the name of the list', async () => {
  const path = temporaryFolder();
  const [named] = namedInputs(['x/a', 'y/a'], 'p');
  writeFileSync(join(path, named!.recordName), '');
  writeFileSync(join(path, 'a.p.jsonl'), recordOf('x/a'));
  expect(await planned(path, ['x/a', 'y/a'])).toMatchObject({ left: { 'y/a': expect.any(String) }, resumed: 1 });
});

test('an input whose name is the hashed name of another keeps it', async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'a.p.jsonl'), recordOf('y/a'));
  const hashed = (await planned(path, ['x/a'])).left['x/a']!;
  const other = hashed.replace(/\.p\.jsonl$/, '');
  const { left } = await planned(path, ['x/a', other]);
  expect(left[other]).toBe(hashed);
  expect(left['x/a']).toMatch(/^a-[0-9a-f]{16}\.p\.jsonl$/);
});

const ODD = [
  'line\nbreak',
  'a "quoted" name',
  'back\\slash',
  '\u001b]0;title\u0007',
  '..',
  '.hidden',
  'x/',
  `${'l'.repeat(300)}1`,
  `${'l'.repeat(300)}2`,
  `${'ü'.repeat(200)}`,
  'tab\there',
  'e\u0301',
  '\u00e9',
  'zero\u200bwidth',
  '\ud800 lone',
];

test('every kind of name gets a file of its own, which is found again', async () => {
  const path = temporaryFolder();
  const folder = await RecordFolder.open(path);
  const { left } = await planned(path, ODD);
  expect(Object.keys(left)).toHaveLength(ODD.length);
  for (const [input, name] of Object.entries(left)) await folder.write(name, recordOf(input));
  expect(readdirSync(path)).toHaveLength(ODD.length);
  expect(await planned(path, ODD)).toEqual({ left: {}, resumed: ODD.length, repaired: 0 });
  expect(await planned(path, ODD.toReversed())).toEqual({ left: {}, resumed: ODD.length, repaired: 0 });
});

test('a record torn at any byte is done again in the same file', async () => {
  const path = temporaryFolder();
  const bytes = Buffer.from(recordOf('x/ü'));
  for (let end = 0; end < bytes.length; end++) {
    writeFileSync(join(path, 'ü.p.jsonl'), bytes.subarray(0, end));
    expect((await planned(path, ['x/ü'])).left, `torn at ${end}`).toEqual({ 'x/ü': 'ü.p.jsonl' });
  }
});
