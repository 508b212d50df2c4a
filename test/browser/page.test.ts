/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_BROWSER, TestBrowser } from '../support/browser.js';
import { contentOf, htmlOf } from '../support/page-content.js';

describe.skipIf(NO_BROWSER)('the page in a browser', () => {
  let browser: TestBrowser;
  let everything: string;

  beforeAll(async () => {
    browser = await TestBrowser.open();
    everything = htmlOf(contentOf({ inputs: 400, hours: 1, frames: 3000 }));
  });

  afterAll(() => browser.close());

  const texts = (page: Page, selector: string) => page.locator(selector).allInnerTexts();
  const firstCells = (page: Page) => texts(page, 'table.stages tbody tr td:nth-child(3)');

  test('is drawn without a request, a message on the console, or anything that its policy stops', async () => {
    const { page, requests, messages, violations } = await browser.show(everything);
    expect(await page.getAttribute('#page', 'data-state')).toBe('drawn');
    expect(await texts(page, 'h2')).toEqual([
      'Findings',
      'Stages',
      'Memory',
      'Stacks',
      'Inputs',
      'What is measured how',
    ]);
    expect(await page.title()).toBe('node corpus.js · stageprof');
    expect(requests).toEqual([]);
    expect(messages).toEqual([]);
    expect(await violations()).toEqual([]);
  });

  test('runs no other script, and loads nothing, whatever is put into it', async () => {
    const { page, requests, violations } = await browser.show(everything);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.body.append(script);
      const image = document.createElement('img');
      image.src = 'http://127.0.0.1:9/x.png';
      document.body.append(image);
      document.body.setAttribute('onclick', 'globalThis.ran = true');
      document.body.click();
    });
    const stopped = ['img-src', 'script-src-attr', 'script-src-elem'];
    await expect.poll(async () => (await violations()).sort()).toEqual(stopped);
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
    expect(requests.filter((url) => !url.startsWith('http://127.0.0.1:9/'))).toEqual([]);
  });

  test('has no section of findings where the rows are groups', async () => {
    const content = contentOf({ stages: 3 });
    const { page } = await browser.show(htmlOf({ ...content, report: { ...content.report!, rowsAre: 'input' } }));
    expect((await texts(page, 'h2')).slice(0, 2)).toEqual(['Groups', 'Memory']);
  });

  test('says what is wrong with data that is damaged, or of another version', async () => {
    const damaged = everything.replace(/(id="data">)[^<]{40}/, '$1AAAA');
    const { page, messages } = await browser.show(damaged);
    expect(await page.getAttribute('#page', 'data-state')).toBe('failed');
    expect(await page.innerText('#page')).toContain('This page cannot be shown');
    expect(messages).toEqual([]);
  });

  describe('the table of stages', () => {
    test('is sorted by a heading, in both directions, and a screen reader hears which', async () => {
      const { page } = await browser.show(everything);
      const before = await texts(page, 'table.stages tbody tr th bdi');
      await page.click('[data-sort="wall_s"]');
      expect(await page.getAttribute('table.stages th[aria-sort]', 'aria-sort')).toBe('descending');
      const tops = () =>
        page
          .locator('table.stages tbody tr:has(.fold[aria-expanded])')
          .evaluateAll((rows) => rows.map((row) => row.children[2]!.textContent));
      const down = await tops();
      await page.click('[data-sort="wall_s"]');
      expect(await page.getAttribute('table.stages th[aria-sort]', 'aria-sort')).toBe('ascending');
      expect(await tops()).toEqual(down.toReversed());
      expect(new Set(down).size).toBeGreaterThan(3);
      await page.click('table.stages thead th:first-child button');
      expect(await texts(page, 'table.stages tbody tr th bdi')).toEqual(before);
    });

    test('as a list is sorted across the tree', async () => {
      const { page } = await browser.show(everything);
      await page.click('button[data-value="list"]');
      await page.click('[data-sort="calls"]');
      const calls = (await texts(page, 'table.stages tbody tr td:nth-child(2)')).map((text) =>
        Number(text.replace(',', '')),
      );
      expect(calls).toEqual([...calls].sort((a, b) => b - a));
      expect(calls).toHaveLength(30);
    });

    test('folds what is below a stage', async () => {
      const { page } = await browser.show(everything);
      expect(await page.locator('table.stages tbody tr').count()).toBe(30);
      await page.locator('.fold[aria-expanded="true"]').first().click();
      expect(await page.locator('table.stages tbody tr').count()).toBe(26);
      expect(await page.locator('.fold').first().getAttribute('aria-expanded')).toBe('false');
      await page.keyboard.press('Enter');
      expect(await page.locator('table.stages tbody tr').count()).toBe(30);
    });

    test('finds a stage, with those above it', async () => {
      const { page } = await browser.show(everything);
      await page.fill('input[aria-label="Find a stage"]', 'part23');
      expect(await texts(page, 'table.stages tbody tr th bdi')).toEqual(['step20', 'part23']);
      await page.fill('input[aria-label="Find a stage"]', 'nothing');
      expect(await page.innerText('#stages')).toContain('No stage has this text in its label.');
    });

    test('shows what stages used themselves, and the columns that are chosen', async () => {
      const { page } = await browser.show(everything);
      const total = await firstCells(page);
      await page.click('button[data-value="self"]');
      expect(await texts(page, 'table.stages thead th:nth-child(3)')).toEqual(['wall self']);
      expect(await firstCells(page)).not.toEqual(total);
      await page.click('.chooser summary');
      await page.uncheck('[data-column="wall_s"]');
      expect(await page.locator('[data-sort="wall_s"]').count()).toBe(0);
      await page.check('[data-column="cpu_self_s"]');
      expect(await page.locator('[data-sort="cpu_self_s"]').count()).toBe(1);
    });
  });

  describe('on every screen', () => {
    test.each([
      [360, 6],
      [1120, 8],
      [2000, 9],
    ])('%i pixels wide: the table of stages keeps at least its %i most important columns', async (width, least) => {
      const { page } = await browser.show(everything, { width });
      const place = page.locator('.wide:has(table.stages)');
      const keys = await page
        .locator('table.stages thead [data-sort]')
        .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('data-sort')));
      expect(keys.length).toBeGreaterThanOrEqual(least);
      expect(keys).toEqual(expect.arrayContaining(['wall_s', 'calls', 'rss_kb_delta', 'rss_kb_peak_max']));
      if (keys.length > 6) {
        expect(await place.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
      }
      const boxes = page.locator('.chooser input:checked');
      expect(await boxes.count()).toBe(keys.length);
    });

    test.each([360, 768, 1280, 2000])(
      '%i pixels wide: nothing is wider than the window, and pictures follow it',
      async (width) => {
        const { page } = await browser.show(everything, { width });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        await page.setViewportSize({ width: width + 150, height: 900 });
        await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(width + 150);
        const widths = () =>
          page.evaluate(() =>
            ['.flame', '.timeline', '.scatter'].map((selector) => {
              const place = document.querySelector(selector)!;
              return Math.abs(place.clientWidth - place.querySelector('canvas')!.getBoundingClientRect().width);
            }),
          );
        await expect.poll(widths).toEqual([0, 0, 0]);
      },
    );

    test('dark where the system is, unless the reader chooses', async () => {
      const { page } = await browser.show(everything, { colorScheme: 'dark' });
      const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await back();
      expect(dark).toBe('rgb(15, 18, 22)');
      const picture = () =>
        page.locator('.flame canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL().slice(0, 5000));
      const inDark = await picture();
      await page.click('button[data-value="light"]');
      expect(await back()).toBe('rgb(244, 245, 247)');
      expect(await picture()).not.toBe(inDark);
      await page.click('button[data-value="auto"]');
      expect(await back()).toBe(dark);
    });

    test('in print without what can be pressed, on white', async () => {
      const { page, messages } = await browser.show(everything, { colorScheme: 'dark' });
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
      expect(await page.locator('.controls:visible, .sections:visible').count()).toBe(0);
      expect((await page.pdf()).length).toBeGreaterThan(20_000);
      expect(messages).toEqual([]);
    });
  });

  test('every picture and control has a name for a screen reader', async () => {
    const { page } = await browser.show(everything);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, select, canvas, [role=application], [role=region], [role=img]')]
        .filter(
          (element) =>
            element.closest('[aria-hidden=true]') === null &&
            element.closest('.plot') !== element.closest('.plot canvas')?.closest('.plot'),
        )
        .filter((element) => {
          const label =
            element.getAttribute('aria-label') ?? element.getAttribute('aria-labelledby') ?? element.textContent ?? '';
          return label.trim() === '' && element.closest('label') === null && element.closest('.plot') === null;
        })
        .map((element) => element.outerHTML.slice(0, 100)),
    );
    expect(nameless).toEqual([]);
  });
});
