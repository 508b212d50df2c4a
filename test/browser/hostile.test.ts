/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageContent } from '../../src/page/write-page.js';
import { NO_BROWSER, TestBrowser } from '../support/browser.js';
import { contentOf, htmlOf } from '../support/page-content.js';

/** Names that a program may have given to anything, each with what a reader sees in its place. */
const HOSTILE: readonly (readonly [what: string, name: string, shown: string])[] = [
  [
    'the end of a script',
    '</script><script>globalThis.ran = 1</script>',
    '</script><script>globalThis.ran = 1</script>',
  ],
  ['an image with a handler', '<img src=x onerror="globalThis.ran = 1">', '<img src=x onerror="globalThis.ran = 1">'],
  ['a comment', '<!-- --><svg onload=globalThis.ran=1>', '<!-- --><svg onload=globalThis.ran=1>'],
  ['an address', 'javascript:globalThis.ran=1', 'javascript:globalThis.ran=1'],
  ['a template', '$' + '{globalThis.ran = 1}{{ran}}', '$' + '{globalThis.ran = 1}{{ran}}'],
  ['the end of a style', '</style>*{display:none}', '</style>*{display:none}'],
  ['an entity', '&lt;b&gt;&#x3c;', '&lt;b&gt;&#x3c;'],
  ['an override of direction', 'abc\u202egnp.exe', 'abc\\u202egnp.exe'],
  ['letters from right to left', 'שלום עולם', 'שלום עולם'],
  ['the prototype', '__proto__', '__proto__'],
  ['a member of objects', 'constructor', 'constructor'],
  ['half a character', 'a\ud800b', 'a\\ud800b'],
  ['controls', 'a\u0000b\u001b[31mc\nd', 'a\\x00b\\x1b[31mc\\nd'],
  ['quotes', `"'\`</bdi>`, `"'\`</bdi>`],
  ['10 kB', 'x'.repeat(10_000), `${'x'.repeat(600)}…`],
];

describe.skipIf(NO_BROWSER)('names of every hostile kind are text', () => {
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await TestBrowser.open();
  });
  afterAll(() => browser.close());

  test.each(HOSTILE)('%s', async (_, name, seen) => {
    const { page, requests, messages, violations } = await browser.show(htmlOf(named(name)), { width: 700 });
    expect(await page.getAttribute('#page', 'data-state')).toBe('drawn');
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
    expect(
      await page.evaluate(
        () => document.querySelectorAll('img, svg, iframe, object, [onload], [onerror], a[href^="java"]').length,
      ),
    ).toBe(0);
    expect(await page.locator('h1').textContent()).toBe(seen);
    expect(await page.locator('table.stages tbody tr:first-child bdi').textContent()).toBe(seen);
    expect(await page.locator('.findings .stage bdi').first().textContent()).toBe(seen);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(700);

    // What is opened and pointed at is made of the same names.
    await page.locator('table.stages tbody tr:first-child .stage').click();
    expect(await page.locator('table.stages tr.marked').count()).toBe(1);
    // The page moves below the mouse, which would then point at something.
    await page.mouse.move(1, 1);
    await page.focus('.flame canvas');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('#stacks .told .function').textContent()).toBe(seen);
    await page.fill('input[aria-label="Find an input"]', name.slice(0, 8));
    await page.fill('.flame-search', name.slice(0, 8));
    await page.locator('.scatter').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await page.locator('.card h3').textContent()).toBe(seen);

    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
    expect([requests, messages, await violations()]).toEqual([[], [], []]);
  });

  /** A page in which everything that a program names has this name. */
  function named(name: string): PageContent {
    const content = contentOf({ inputs: 20, hours: 1, frames: 200, stages: 3 });
    const { flame, inputs } = content;
    const report = content.report!;
    const [timeline] = content.timelines!;
    const named = { stage: name, name };
    const thread = { name, detail: name, cpu: 1, heap: null };
    const process = { pid: 1, depth: 0, command: name, exit: name, wall: 1, cpu: 1, peak: 1, stages: true };
    return {
      ...content,
      title: name,
      facts: [{ name, text: name }],
      story: [{ key: name, text: name }],
      report: {
        ...report,
        lines: [{ ...report.lines[0]!, ...named }],
        findings: [{ stage: name, kind: name, text: name, share: 1, isWorst: true }],
        notes: [{ key: name, text: name }],
        compositions: report.compositions.map((one) => ({ ...one, details: [{ holder: name, kib: 100 }] })),
        modules: { names: [name], lines: [{ stage: name, cells: [1] }], more: 0 },
        processes: { more: 0, lines: [{ ...process, composition: null }] },
        threads: { lines: [thread], note: name },
        workers: { lines: [thread], more: 1 },
        sources: report.sources.map((source) => ({ ...source, how: name })),
      },
      flame: {
        ...flame!,
        words: [{ key: name, text: name }],
        texts: flame!.texts.map((text) => (text.startsWith('[') ? `[${name}]` : name)),
      },
      inputs: {
        ...inputs!,
        names: inputs!.names.map(() => name),
        files: [name],
        errors: ['', name],
        stages: { ...inputs!.stages!, labels: inputs!.stages!.labels.map(() => name) },
      },
      timelines: [{ ...timeline!, name, stages: timeline!.stages.map(({ spans }) => ({ stage: name, spans })) }],
    };
  }
});
