import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFailed } from 'vitest';

const CANDIDATES = [
  process.env.STAGEPROF_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser that tests use; undefined where none is installed. */
export const CHROMIUM = CANDIDATES.find((path) => path !== undefined && existsSync(path));

export const NO_BROWSER = CHROMIUM === undefined;
if (NO_BROWSER)
  console.error('skipped: no Chromium is installed (apt-get install chromium, or name it in STAGEPROF_CHROMIUM)');

/** Where the screenshots of failing tests are kept. */
const ARTEFACTS = join(import.meta.dirname, '../../artefacts');

export interface View {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** A page in a browser, and all that it did besides being shown. */
export interface ShownPage {
  readonly page: Page;
  /** Addresses of all requests but that of the page itself. */
  readonly requests: readonly string[];
  /** What was written to the console, and errors that nobody caught. */
  readonly messages: readonly string[];
  /** Directives of the policy that something was stopped by. */
  violations(): Promise<string[]>;
}

/** A browser for the tests of one file. */
export class TestBrowser {
  readonly folder = mkdtempSync(join(tmpdir(), 'stageprof-page-'));

  private constructor(private readonly browser: Browser) {}

  static async open(): Promise<TestBrowser> {
    const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', '--disable-gpu'] });
    return new TestBrowser(browser);
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Shows a page from its file, and waits until it is drawn. A test that fails keeps a screenshot of it. */
  async show(html: string, view: View = {}): Promise<ShownPage> {
    const path = join(this.folder, `${Math.random().toString(36).slice(2)}.html`);
    writeFileSync(path, html);
    const shown = await this.go(pathToFileURL(path).href, view);
    await shown.page.waitForSelector('#page[data-state]', { timeout: 30_000 });
    return shown;
  }

  /** Goes to any address. */
  async go(address: string, { width = 1280, height = 900, colorScheme = 'light' }: View = {}): Promise<ShownPage> {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    onTestFailed(({ task }) => keepScreenshot(page, task.name));
    const requests: string[] = [];
    const messages: string[] = [];
    page.on('request', (request) => request.url() !== address && requests.push(request.url()));
    page.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => messages.push(`uncaught: ${error.message}`));
    await page.addInitScript(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { violationsSeen: seen });
      addEventListener('securitypolicyviolation', (event) => seen.push(event.violatedDirective));
    });
    await page.goto(address);
    const violations = () =>
      page.evaluate(() => (globalThis as unknown as { violationsSeen: string[] }).violationsSeen);
    return { page, requests, messages, violations };
  }
}

async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(ARTEFACTS, { recursive: true });
  const path = join(ARTEFACTS, `${name.replace(/[^a-z0-9]+/gi, '-').slice(0, 80)}.png`);
  await page.screenshot({ path, fullPage: true }).then(
    () => console.error(`the page is in ${path}`),
    (error) => console.error(`no screenshot: ${error}`),
  );
}
