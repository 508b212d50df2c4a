import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  ['a template', '${globalThis.ran = 1}{{ran}}', '${globalThis.ran = 1}{{ran}}'],
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
  function named(name: string) {
    const content = contentOf({ inputs: 20, hours: 1, frames: 200, stages: 3 });
    const { report, flame, inputs, timelines } = structuredClone(content) as any;
    report.lines.forEach((line: any) => Object.assign(line, { stage: name, name }));
    report.lines.length = 1;
    Object.assign(report.findings[0], { stage: name, kind: name, text: name });
    report.notes.push({ key: name, text: name });
    report.compositions[0].details = [{ holder: name, kib: 100 }];
    report.modules = { names: [name], lines: [{ stage: name, cells: [1] }], more: 0 };
    report.processes = {
      more: 0,
      lines: [
        { pid: 1, depth: 0, command: name, exit: name, wall: 1, cpu: 1, peak: 1, stages: true, composition: null },
      ],
    };
    report.threads = { lines: [{ name, detail: name, cpu: 1, heap: null }], note: name };
    report.sources[0].how = name;
    flame.texts = flame.texts.map((text: string) => (text.startsWith('[') ? `[${name}]` : name));
    inputs.names.fill(name);
    inputs.files.fill(name);
    inputs.errors[1] = name;
    inputs.stages.labels.fill(name);
    timelines[0].name = name;
    timelines[0].stages.forEach((stage: any) => {
      stage.stage = name;
    });
    return {
      ...content,
      title: name,
      facts: [{ name, text: name }],
      story: [{ key: name, text: name }],
      report,
      flame,
      inputs,
      timelines,
    };
  }
});
