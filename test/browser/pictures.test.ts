/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageContent } from '../../src/page/write-page.js';
import { NO_BROWSER, TestBrowser } from '../support/browser.js';
import { contentOf, htmlOf } from '../support/page-content.js';

describe.skipIf(NO_BROWSER)('the pictures of a page', () => {
  let browser: TestBrowser;
  let everything: string;

  beforeAll(async () => {
    browser = await TestBrowser.open();
    everything = htmlOf(contentOf({ inputs: 400, hours: 1, frames: 3000 }));
  });

  afterAll(() => browser.close());

  const texts = (page: Page, selector: string) => page.locator(selector).allInnerTexts();

  describe('the flame graph', () => {
    test('tells how much a search found, and zooms to what is clicked', async () => {
      const { page } = await browser.show(everything);
      const canvas = page.locator('.flame canvas');
      await page.fill('.flame-search', 'library-3/');
      expect(await page.innerText('#stacks .told')).toMatch(
        /^\d+(\.\d+)?% of the view \(.*\) is in \d+ matching frames$/,
      );
      await page.fill('.flame-search', '');
      await canvas.click({ position: { x: 30, y: 26 } });
      const crumbs = await texts(page, '.crumbs button');
      expect(crumbs).toHaveLength(3);
      expect(crumbs[1]).toMatch(/^\[step/);
      expect(crumbs[2]).toMatch(/^function_/);
      await page.keyboard.press('Escape');
      expect(await texts(page, '.crumbs button')).toHaveLength(2);
      await page.keyboard.press('Home');
      expect(await texts(page, '.crumbs button')).toEqual([]);
    });

    test('is usable by keyboard alone', async () => {
      const { page } = await browser.show(everything);
      await page.focus('.flame canvas');
      await page.keyboard.press('ArrowDown');
      const stage = await page.innerText('#stacks .told');
      expect(stage).toMatch(/^\[step/);
      await page.keyboard.press('ArrowRight');
      expect(await page.innerText('#stacks .told')).not.toBe(stage);
      await page.keyboard.press('ArrowDown');
      expect(await page.innerText('#stacks .told')).toMatch(/^function_\d+ \/srv\/app.*itself/);
      await page.keyboard.press('Enter');
      expect(await texts(page, '.crumbs button')).toHaveLength(3);
      await page.locator('h2').first().click();
      await page.keyboard.press('/');
      expect(await page.evaluate(() => document.activeElement?.className)).toBe('flame-search');
    });

    test('shows a stage that is chosen in the table, and each type', async () => {
      const { page } = await browser.show(everything);
      await page.locator('table.stages .stage', { hasText: 'step20' }).click();
      expect(await page.inputValue('#stacks select')).toBe('step20');
      expect(await page.locator('table.stages tr.marked .stage').innerText()).toBe('step20');
      expect(await page.getAttribute('.flame canvas', 'aria-label')).toBe('Flame graph, CPU, stage step20');
      await page.click('#stacks button[data-value="1"]');
      expect(await page.innerText('#stacks .told')).toMatch(/iB in native, live at the end$/);
      await page.click('#stacks summary');
      expect(await page.locator('#stacks table tbody tr').count()).toBeGreaterThan(5);
    });

    test('with a base is coloured by the change', async () => {
      const { page, messages } = await browser.show(htmlOf(contentOf({ frames: 2000, base: true })));
      expect(await page.innerText('#stacks .told')).toMatch(/in CPU, base \d/);
      await page.focus('.flame canvas');
      await page.keyboard.press('ArrowDown');
      expect(await page.innerText('#stacks .told')).toMatch(/, [+-].* to the base$/);
      await page.click('button[data-value="kind"]');
      await page.click('button[data-value="base"]');
      expect(messages).toEqual([]);
    });
  });

  describe('the flame graph of a change', () => {
    /** The stages step0 and those below it are in the base alone, those of step10 in the new side alone. */
    function changed(): PageContent {
      const content = contentOf({ frames: 2000, base: true });
      const { texts: names, frames, nodes, parents, types } = content.flame!;
      const rootOf = (node: number): number => (parents[node] === 0 ? node : rootOf(node - parents[node]!));
      const isOf = (node: number, stage: string) =>
        [`[${stage}]`, `[${stage}.`].some((start) => names[frames[nodes[rootOf(node)]! * 3]!]!.startsWith(start));
      const without = (values: readonly number[] | null, stage: string) =>
        values!.map((value, node) => (isOf(node, stage) ? 0 : value));
      const sides = types.map((type) => ({
        ...type,
        self: without(type.self, 'step0'),
        base: without(type.base, 'step10'),
      }));
      return { ...content, flame: { ...content.flame!, types: sides } };
    }

    test('has the numbers and the stages of the side that widths are of', async () => {
      const { page, messages } = await browser.show(htmlOf(changed()));
      const stages = () => texts(page, '#stacks select option');
      const table = async (column: number) => {
        const cells = await page.locator(`#stacks tbody td:nth-child(${column})`).allTextContents();
        return cells.map((text) => Number.parseFloat(text.replace(',', '')));
      };
      expect(await stages()).toContain('step10');
      expect(await stages()).not.toContain('step0');
      const [, whole, base] = /^(.+) in CPU, base (.+)$/.exec(await page.innerText('#stacks .told'))!;

      await page.click('#stacks button[data-value="base"]');
      expect(await page.innerText('#stacks .told')).toBe(`${base} in CPU of the base, new ${whole}`);
      expect(await stages()).toContain('step0');
      expect(await stages()).not.toContain('step10');

      await page.selectOption('#stacks select', 'step0');
      expect(await page.getAttribute('.flame canvas', 'aria-label')).toBe('Flame graph, CPU of the base, stage step0');
      expect(await page.innerText('#stacks .told')).toMatch(/^\d.* in CPU of the base, new 0\b/);
      expect((await table(2))[0]).toBeGreaterThan(0);
      const shares = await table(3);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(101);
      // All of them are gone.
      expect(Math.max(...(await table(5)))).toBeLessThanOrEqual(0);
      expect(messages).toEqual([]);
    });

    test('shows all stages where the chosen one is not on the other side', async () => {
      const { page } = await browser.show(htmlOf(changed()));
      await page.selectOption('#stacks select', 'step10');
      const picture = page.locator('.flame canvas');
      await page.click('#stacks button[data-value="base"]');
      expect(await page.inputValue('#stacks select')).toBe('');
      expect(await picture.getAttribute('aria-label')).toBe('Flame graph, CPU of the base');
      expect((await picture.boundingBox())!.height).toBeGreaterThan(100);
      await page.locator('table.stages .stage', { hasText: 'step10' }).first().click();
      expect(await page.innerText('#stacks .told')).toBe('No stack of the base was sampled in step10.');
    });
  });

  describe('the inputs', () => {
    test('by any two numbers, with an input beside the median', async () => {
      const { page } = await browser.show(everything);
      await page.selectOption('#inputs .control:nth-child(1) select', 'gc_s');
      await page.selectOption('#inputs .control:nth-child(2) select', 'js_kb_alloc');
      expect(await page.getAttribute('.scatter', 'aria-label')).toBe('js alloc against gc of 400 inputs');
      await page.fill('input[aria-label="Find an input"]', 'shard-7/');
      expect(await page.innerText('#inputs .told')).toMatch(/^corpus\/shard-7\/\S+ gc .*, js alloc .*iB$/);
      await page.keyboard.press('Enter');
      expect(await page.innerText('.card h3')).toContain('corpus/shard-7/');
      expect(await texts(page, '.card .beside > div:nth-child(2) tbody th')).toHaveLength(30);
      await page.click('.card button[aria-label="Close"]');
      expect(await page.locator('.card').count()).toBe(0);
    });

    test('those far from the others are marked, listed, and reached by keyboard', async () => {
      const content = contentOf({ inputs: 400 });
      const [wall] = content.inputs!.columns;
      (wall!.values as number[])[17] = 9000;
      const { page } = await browser.show(htmlOf(content));
      const name = content.inputs!.names[17]!;
      expect((await texts(page, '.outliers tbody th'))[0]).toBe(name);
      expect(await page.innerText('#inputs')).toContain("Tukey's outer fence");
      await page.focus('.scatter');
      await page.keyboard.press('ArrowRight');
      expect(await page.innerText('#inputs .told')).toContain(name);
      await page.keyboard.press('Enter');
      expect(await page.innerText('.card h3')).toBe(name);
      expect(await page.innerText('.card td.much >> nth=0')).toMatch(/×$/);
    });

    test('are a table too, the highest first', async () => {
      const { page } = await browser.show(everything);
      await page.click('#inputs summary');
      const rows = page.locator('#inputs details tbody tr');
      expect(await rows.count()).toBe(40);
      await rows.nth(3).locator('button').click();
      expect(await page.innerText('.card h3')).toBe(await rows.nth(3).locator('th').innerText());
    });

    test('one is opened by a click', async () => {
      const { page } = await browser.show(everything);
      const over = page.locator('.scatter .u-over');
      await over.scrollIntoViewIfNeeded();
      const box = (await over.boundingBox())!;
      for (let x = 0.3; x < 0.8 && (await page.locator('.card').count()) === 0; x += 0.02) {
        await page.mouse.move(box.x + x * box.width, box.y + (1 - x) * box.height);
        if (/^corpus/.test(await page.innerText('#inputs .told')))
          await page.mouse.click(box.x + x * box.width, box.y + (1 - x) * box.height);
      }
      expect(await page.locator('.card').count()).toBe(1);
    });
  });

  describe('the inputs of a corpus without profiles', () => {
    const inputs: PageContent['inputs'] = {
      names: ['corpus/a', 'corpus/b', 'corpus/c'],
      files: ['records'],
      file: [0, 0, 0],
      line: [1, 2, 3],
      errors: ['', 'exit'],
      error: [0, 1, 0],
      columns: [],
      stages: null,
      total: 3,
      notes: [],
    };

    test('are a table of those that failed', async () => {
      const { page, messages } = await browser.show(htmlOf({ ...contentOf({}), inputs }));
      expect(await page.getAttribute('#page', 'data-state')).toBe('drawn');
      expect(await page.innerText('#inputs .told')).toMatch(/^3 inputs, 1 failed\. None has a profile/);
      expect(await texts(page, '#inputs tbody tr')).toEqual(['corpus/b\texit\trecords:2']);
      expect(messages).toEqual([]);
    });
  });

  describe('memory over time', () => {
    test('tells the peak, and any other moment by keyboard', async () => {
      const { page } = await browser.show(everything);
      const peak = await page.innerText('#memory .told p');
      expect(peak).toMatch(/^\d.* at .*, the highest reading/);
      await page.focus('.timeline');
      await page.keyboard.press('ArrowLeft');
      expect(await page.innerText('#memory .told p')).not.toBe(peak);
      expect(await texts(page, '#memory .told .legend li')).toHaveLength(9);
    });

    test('zooms by dragging, and back', async () => {
      const { page, messages } = await browser.show(everything);
      const over = page.locator('.timeline .u-over');
      await over.scrollIntoViewIfNeeded();
      const box = (await over.boundingBox())!;
      const lanes = () => page.locator('.lanes').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL().length);
      const before = await lanes();
      await page.mouse.move(box.x + 100, box.y + 50);
      await page.mouse.down();
      await page.mouse.move(box.x + 200, box.y + 60, { steps: 4 });
      await page.mouse.up();
      expect(await lanes()).not.toBe(before);
      await page.focus('.timeline');
      await page.keyboard.press('Escape');
      expect(await lanes()).toBe(before);
      expect(messages).toEqual([]);
    });

    test('is a table too', async () => {
      const { page } = await browser.show(everything);
      await page.click('#memory summary');
      const rows = await texts(page, '#memory tbody th');
      expect(rows.length).toBeGreaterThanOrEqual(40);
      expect(rows.filter((text) => text.endsWith('(peak)'))).toHaveLength(1);
    });
  });
});
