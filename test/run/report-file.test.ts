import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { SetupError } from '../../src/model/setup-error.js';
import { ReportFile } from '../../src/run/report-file.js';
import { report } from '../support/report-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

const LINE = `${JSON.stringify(report())}\n`;
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

test('has the lines, and no other file is left', () => {
  const file = new ReportFile(join(folder, 'report.json'));
  expect(readdirSync(folder)).toEqual([]);
  file.write(LINE);
  expect(readdirSync(folder)).toEqual(['report.json']);
  expect(read('report.json')).toBe(LINE);
});

test('keeps its old content until the new one is complete', () => {
  writeFileSync(join(folder, 'report.json'), 'old');
  const file = new ReportFile(join(folder, 'report.json'));
  expect(read('report.json')).toBe('old');
  const { ino } = lstatSync(join(folder, 'report.json'));
  file.write(LINE);
  expect(JSON.parse(read('report.json'))).toEqual(report());
  expect(lstatSync(join(folder, 'report.json')).ino).not.toBe(ino);
});

test('a link stays a link', () => {
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real', 'a.json'), '');
  symlinkSync('real/a.json', join(folder, 'link.json'));
  new ReportFile(join(folder, 'link.json')).write(LINE);
  expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true);
  expect(JSON.parse(read('real/a.json'))).toEqual(report());
});

test('a device is written to as it is', () => {
  new ReportFile('/dev/null').write(LINE);
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('the working directory may change meanwhile', () => {
  const script = `
    import { ReportFile } from ${JSON.stringify(new URL('../../dist/run/report-file.js', import.meta.url).href)};
    const file = new ReportFile('report.json');
    process.chdir('/');
    file.write('{}\\n');`;
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  expect(read('report.json')).toBe('{}\n');
});

test('a file that cannot be written is refused at once', () => {
  expect(() => new ReportFile(join(folder, 'not', 'there'))).toThrow(SetupError);
  expect(() => new ReportFile(folder)).toThrow(/cannot be written, it is a folder/);
  expect(() => new ReportFile('/proc/report.json')).toThrow(/^--out \/proc\/report\.json: cannot be written, /);
});

// Root may write to a file that is read-only.
test.runIf(process.getuid?.() !== 0)('one that is write-protected is refused', () => {
  writeFileSync(join(folder, 'report.json'), 'old');
  chmodSync(join(folder, 'report.json'), 0o444);
  expect(() => new ReportFile(join(folder, 'report.json'))).toThrow(SetupError);
});
