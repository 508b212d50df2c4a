import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { OutputFile } from '../../src/os/output-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { builtModule } from '../support/workloads.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

test('has the text, and no other file is left', () => {
  const file = new OutputFile(join(folder, 'a.json'));
  file.tryWriting();
  expect(readdirSync(folder)).toEqual([]);
  file.write('new');
  expect(readdirSync(folder)).toEqual(['a.json']);
  expect(read('a.json')).toBe('new');
});

test('keeps its old content until the new one is complete', () => {
  writeFileSync(join(folder, 'a.json'), 'old');
  const file = new OutputFile(join(folder, 'a.json'));
  file.tryWriting();
  expect(read('a.json')).toBe('old');
  const { ino } = lstatSync(join(folder, 'a.json'));
  file.write('new');
  expect(read('a.json')).toBe('new');
  expect(lstatSync(join(folder, 'a.json')).ino).not.toBe(ino);
});

test.each([
  ['a file', 'old'],
  ['nothing yet', null],
])('a link to %s stays a link', (_, content) => {
  mkdirSync(join(folder, 'real'));
  if (content !== null) writeFileSync(join(folder, 'real', 'a.json'), content);
  symlinkSync('real/a.json', join(folder, 'middle.json'));
  symlinkSync('middle.json', join(folder, 'link.json'));
  const file = new OutputFile(join(folder, 'link.json'));
  file.tryWriting();
  file.write('new');
  for (const link of ['link.json', 'middle.json']) {
    expect(lstatSync(join(folder, link)).isSymbolicLink()).toBe(true);
  }
  expect(read('real/a.json')).toBe('new');
});

test('a link that leads to itself is refused', () => {
  symlinkSync('a.json', join(folder, 'a.json'));
  expect(() => new OutputFile(join(folder, 'a.json'))).toThrow(/ELOOP/);
});

test('is the same file by another path, also before it is there', () => {
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'linked'));
  const file = new OutputFile(join(folder, 'real', 'a.json'));
  expect(file.isAlso(join(folder, 'linked', 'a.json'))).toBe(true);
  expect(file.isAlso(join(folder, 'a.json'))).toBe(false);
  expect(file.isAlso(join(folder, 'none', 'a.json'))).toBe(false);
  file.write('new');
  symlinkSync('linked/a.json', join(folder, 'a.json'));
  expect(file.isAlso(join(folder, 'a.json'))).toBe(true);
});

test('a device is written to as it is', () => {
  const file = new OutputFile('/dev/null');
  file.tryWriting();
  file.write('new');
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a pipe is written to by a link to it', () => {
  const script = `
    import { OutputFile } from ${JSON.stringify(builtModule('os/output-file.js'))};
    const file = new OutputFile('/dev/stdout');
    file.tryWriting();
    file.write('new');`;
  writeFileSync(join(folder, 'write.mjs'), script);
  const written = execFileSync('sh', ['-c', '"$0" write.mjs | cat', process.execPath], { cwd: folder });
  expect(written.toString()).toBe('new');
});

test('the working directory may change meanwhile', () => {
  const script = `
    import { OutputFile } from ${JSON.stringify(builtModule('os/output-file.js'))};
    const file = new OutputFile('a.json');
    process.chdir('/');
    file.write('new');`;
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  expect(read('a.json')).toBe('new');
});

test('a folder, and a file in none, are refused', () => {
  expect(() => new OutputFile(folder)).toThrow('it is a folder');
  expect(() => new OutputFile(join(folder, 'none', 'a.json'))).toThrow(/ENOENT/);
  expect(() => new OutputFile('/proc/a.json').tryWriting()).toThrow();
  expect(existsSync('/proc/a.json')).toBe(false);
});
