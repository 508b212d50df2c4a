import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const usage = readFileSync(join(root, 'docs/use.md'), 'utf8');
const programs = [readme, usage].flatMap((page) => [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!));
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

function run(code: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, encoding: 'utf8' }).trim();
}

describe('the code of the README and of docs/use.md runs as printed', () => {
  test.each(programs.map((code) => [/^\/\/ (?:From|A|The) .*\n/gm, code] as const))('%#', (remarks, code) => {
    const printed = [...code.replace(remarks, '').matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line);
    expect(run(code).split('\n')).toEqual(printed);
  });

  test('these are all programs of the two pages', () => {
    expect(programs).toHaveLength(2);
  });
});

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, path]) => join(root, dirname(page), path!));

  test('has links that lead somewhere', () => {
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
  });
});

test('the index of docs/ has every page', () => {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
  const others = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(others.filter((name) => !index.includes(`](${name})`))).toEqual([]);
});

test('the README is short, and what it shows of the output fits a terminal of 100 characters', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  const blocks = [...readme.matchAll(/^```(.*?)\n(.*?)^```$/gms)];
  const printed = blocks.flatMap(([, language, text]) => (/^(text .*)?$/.test(language!) ? text!.split('\n') : []));
  expect(printed.length).toBeGreaterThan(20);
  expect(printed.filter((line) => line.length > 100)).toEqual([]);
});

test('nothing is left to be filled in', () => {
  expect(readme).not.toContain('<!--');
});
