import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
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

test('has the lines', () => {
  const line = `${JSON.stringify(report())}\n`;
  new ReportFile(join(folder, 'report.json')).write(line);
  expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe(line);
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
