// npm run bench:page -- [PAGE…]: how large pages are, and how long a browser takes to draw them: from the first line of
// their script to the frame in which all is drawn. Pages that are given, such as that of the demo, are measured too. It needs
// Chromium.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { packValue } from '../dist/page/packed-value.js';
import { writePage } from '../dist/page/write-page.js';
import { largePage } from '../test/support/large-page.js';
import { loadText, machineFacts } from './machine.js';

const ROUNDS = 5;
/** The budgets: bytes of a page without data, and of one with it; and the time to draw the latter. */
const MOST_BARE_BYTES = 100_000;
const MOST_BYTES = 2_000_000;
const MOST_MS = 1000;

const CASES = [
  ['without data', {}],
  ['10,000 inputs, 30 stages, an hour', { inputs: 10_000, hours: 1 }],
  ['a day over time', { hours: 24 }],
  ['100,000 frames', { frames: 100_000 }],
  ['all of these', { inputs: 10_000, hours: 24, frames: 100_000 }],
];

const executablePath = [process.env.STAGEPROF_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
const folder = mkdtempSync(join(tmpdir(), 'stageprof-bench-page-'));
const pages = process.argv.slice(2).map((path) => ({ name: basename(path), path: resolve(path), writtenMs: null }));
for (const [name, size] of CASES) {
  const path = join(folder, `${pages.length}.html`);
  const content = name === 'without data' ? { command: 'run', title: '', facts: [] } : largePage(size, packValue);
  const began = performance.now();
  writePage(path, content);
  pages.push({ name, path, writtenMs: performance.now() - began });
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const version = browser.version();
for (const page of pages) page.drawn = [];
// In turns, so that whatever else the machine does befalls all alike.
for (let round = 0; round < ROUNDS; round++) {
  for (const page of pages) page.drawn.push(await drawnMs(page.path));
}
await browser.close();

const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const row = (cells) => `| ${cells.join(' | ')} |`;
console.log(row(['page', 'bytes', 'written in', 'drawn in', 'lowest to highest']));
console.log(row(['---', '--:', '--:', '--:', '--:']));
for (const { name, path, writtenMs, drawn } of pages) {
  const range = `${Math.min(...drawn).toFixed(0)} to ${Math.max(...drawn).toFixed(0)} ms`;
  const written = writtenMs === null ? '' : `${writtenMs.toFixed(0)} ms`;
  console.log(
    row([name, statSync(path).size.toLocaleString('en-US'), written, `${middle(drawn).toFixed(0)} ms`, range]),
  );
}
const bytesOf = (name) => statSync(pages.find((page) => page.name === name).path).size;
const corpus = pages.find(({ name }) => name === CASES[1][0]);
const verdicts = [
  ['without data', bytesOf('without data'), MOST_BARE_BYTES],
  ['with data', bytesOf(corpus.name), MOST_BYTES],
  ['drawn in ms', middle(corpus.drawn), MOST_MS],
];
for (const [name, value, most] of verdicts) {
  console.log(`${value <= most ? 'met' : 'MISSED'}: ${name}, ${Math.round(value)} of at most ${most}`);
  if (value > most) process.exitCode = 1;
}
for (const [name, value] of [...machineFacts(), ['Chromium', version], ['load', loadText()]])
  console.log(`${name}: ${value}`);
rmSync(folder, { recursive: true, force: true });

/** In a window of its own, of a screen that many have. */
async function drawnMs(path) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(pathToFileURL(path).href);
  await page.waitForSelector('#page[data-state="drawn"]', { timeout: 60_000 });
  const ms = Number(await page.getAttribute('#page', 'data-drawn-ms'));
  await context.close();
  return ms;
}
