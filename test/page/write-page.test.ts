import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { SetupError } from '../../src/model/setup-error.js';
import { PageFile, writePage } from '../../src/page/write-page.js';
import { readPage } from '../support/read-page.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'page.html');
});

const content = (title: string) => ({ command: 'run', title, facts: [] }) as const;

/** As Vite begins the file that an application has. */
const FOREIGN = '<!doctype html>\n<html lang="en">\n  <head>\n    <meta charset="UTF-8" />\n';

describe('the file of a page', () => {
  test('is replaced where it is a page, or empty', () => {
    writeFileSync(path, '');
    for (const title of ['first', 'second']) {
      writePage(path, content(title));
      expect(readPage(path).title).toBe(title);
    }
    expect(readdirSync(folder)).toEqual(['page.html']);
  });

  test.each([FOREIGN, '<!doctype html>', '<!DOCTYPE html>\n<html lang="en" data-writer="another">', 'x'])(
    'is not replaced where it is anything else: %j',
    (text) => {
      writeFileSync(path, text);
      expect(() => new PageFile(path)).toThrow(
        `--html ${path}: is there and is no page, so it is not replaced: give another file`,
      );
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  test('is not replaced where it cannot be read', () => {
    // It can be opened, but its first byte cannot be read, even by root.
    expect(() => new PageFile('/proc/self/mem')).toThrow(SetupError);
    expect(() => new PageFile('/proc/self/mem')).toThrow(/^--html \/proc\/self\/mem: cannot be read, .* \(EIO\): /);
  });

  // Root may read and write any file.
  test.runIf(process.getuid?.() !== 0)('is not replaced where its permissions forbid it', () => {
    writeFileSync(path, '');
    chmodSync(path, 0o222);
    expect(() => new PageFile(path)).toThrow(`--html ${path}: cannot be read, permission denied (EACCES)`);
    chmodSync(path, 0o444);
    expect(() => new PageFile(path)).toThrow(`--html ${path}: cannot be written, permission denied (EACCES)`);
  });

  test.each([
    ['a page', true],
    ['nothing yet', false],
  ])('may be a link to %s, which stays', (_, isThere) => {
    mkdirSync(join(folder, 'real'));
    if (isThere) writePage(join(folder, 'real', 'a.html'), content('old'));
    symlinkSync('real/a.html', path);
    writePage(path, content('new'));
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readPage(join(folder, 'real', 'a.html')).title).toBe('new');
  });

  test('may not be a link to another file that the command writes, or to one that is no page', () => {
    symlinkSync('report.json', path);
    expect(() => new PageFile(path, { '--out': join(folder, 'report.json') })).toThrow(
      `--html ${path}: is the file of --out too: give another one`,
    );
    writeFileSync(join(folder, 'report.json'), '{}');
    expect(() => new PageFile(path)).toThrow('is no page, so it is not replaced');
  });
});
