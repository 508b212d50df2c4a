// node docs/page-picture.js PAGE: writes docs/page.png, the picture of a page for the README and docs/page.md, from its head to
// the end of its section on memory. It needs Chromium.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const WIDTH = 1120;
const MARGIN = 14;

const [page] = process.argv.slice(2);
if (page === undefined) throw new Error('usage: node docs/page-picture.js PAGE');
const executablePath = [process.env.STAGEPROF_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const tab = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, colorScheme: 'light' });
await tab.goto(pathToFileURL(resolve(page)).href);
await tab.waitForSelector('#page[data-state="drawn"]');
const bottom = await tab.evaluate(() => {
  const { bottom } = document.getElementById('memory').getBoundingClientRect();
  return bottom + scrollY;
});
const png = await tab.screenshot({
  fullPage: true,
  clip: { x: 0, y: 0, width: WIDTH, height: Math.ceil(bottom) + MARGIN },
});
await browser.close();
// Few colours make a small file.
const picture = await sharp(png).png({ palette: true, colours: 96, effort: 10 }).toBuffer();
const path = fileURLToPath(new URL('page.png', import.meta.url));
await sharp(picture).toFile(path);
console.log(`${path}: ${picture.length.toLocaleString('en-US')} bytes`);
