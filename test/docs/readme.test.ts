import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const programs = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!);

function run(code: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, encoding: 'utf8' }).trim();
}

describe('the code of the README runs as printed', () => {
  test.each(programs.map((code) => [/^\/\/ (?:From|A|The) .*\n/gm, code] as const))('%#', (remarks, code) => {
    const printed = [...code.replace(remarks, '').matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line);
    expect(run(code).split('\n')).toEqual(printed);
  });

  test('there is no other', () => {
    expect(programs).toHaveLength(2);
  });
});

test.each([...readme.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, path]) => path!))(
  'the link to %s leads somewhere',
  (path) => {
    expect(() => readFileSync(path.endsWith('flows') ? join(root, path, 'README.md') : join(root, path))).not.toThrow();
  },
);

test('nothing is left to be filled in', () => {
  expect(readme).not.toContain('<!--');
});
