import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'stageprof-site-'));
const pages = new Map<string, string>();
let files: readonly string[] = [];

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'docs/site/build.js'), folder]);
  files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((file) => file.endsWith('.html'))) {
    pages.set(name, readFileSync(join(folder, name), 'utf8'));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hrefs = (html: string) => [...html.matchAll(/ href="([^"]*)"/g)].map(([, href]) => href!);

test('each page of docs/ is on the site, and the navigation leads to it', () => {
  const sources = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');
  const targets = new Set(hrefs(/<nav>.*?<\/nav>/s.exec(pages.get('index.html')!)![0]));
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.filter((name) => !targets.has(name.replace('.md', '.html')))).toEqual([]);
});

test('each link leads to a file of the site, and to a heading of that page', () => {
  const broken = [...pages].flatMap(([page, html]) =>
    hrefs(html).filter((href) => {
      if (/^https?:/.test(href)) return false;
      const [file, anchor] = href.split('#') as [string, string?];
      const target = file === '' ? page : file;
      if (!files.includes(target)) return true;
      return anchor !== undefined && !pages.get(target)!.includes(` id="${anchor}"`);
    }),
  );
  expect(broken).toEqual([]);
});

test('a page loads nothing from a network, and runs nothing', () => {
  for (const html of pages.values()) {
    expect(html.match(/<(?:script|iframe|object)\b|<img src="(?!files\/)|<link[^>]*http/g)).toBeNull();
  }
});
