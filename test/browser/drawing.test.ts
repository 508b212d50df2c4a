import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_BROWSER, TestBrowser } from '../support/browser.js';
import { contentOf, htmlOf } from '../support/page-content.js';

/** A page has to be drawn within a second. Machines that run tests are busy with others, so that the limit here is wide. */
const WIDE_MS = 10_000;

describe.skipIf(NO_BROWSER)('a page of', () => {
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await TestBrowser.open();
  });
  afterAll(() => browser.close());

  test('10,000 inputs, 30 stages and an hour has fewer than 2 MB, and is drawn', async () => {
    const html = htmlOf(contentOf({ inputs: 10_000, hours: 1 }));
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
    const { page, messages } = await browser.show(html);
    expect(await drawnMs(page, html)).toBeLessThan(WIDE_MS);
    expect(messages).toEqual([]);
  });

  test('100,000 frames is drawn', async () => {
    const html = htmlOf(contentOf({ frames: 100_000 }));
    const { page, messages } = await browser.show(html);
    expect(await drawnMs(page, html)).toBeLessThan(WIDE_MS);
    expect(messages).toEqual([]);
  });

  test('no data has fewer than 100 kB', () => {
    expect(Buffer.byteLength(htmlOf({ command: 'run', title: '', facts: [] }))).toBeLessThan(100_000);
  });

  async function drawnMs(page: { getAttribute(selector: string, name: string): Promise<string | null> }, html: string) {
    const ms = Number(await page.getAttribute('#page', 'data-drawn-ms'));
    console.log(`drawn in ${ms} ms, ${Buffer.byteLength(html).toLocaleString('en-US')} bytes`);
    expect(ms).toBeGreaterThan(0);
    return ms;
  }
});
