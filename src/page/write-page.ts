import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { packageVersion } from '../model/package-version.js';
import { SetupError, systemReason } from '../model/setup-error.js';
import { say } from '../terminal/say.js';
import { loadFrontEnd } from './front-end.js';
import { PAGE_VERSION, type PageData } from './page-data.js';
import { pageHtml } from './page-html.js';

/** What a page shows. Parts that are left out are not on it. */
export type PageContent = Pick<PageData, 'command' | 'title' | 'facts'> &
  Partial<Pick<PageData, 'story' | 'report' | 'timelines' | 'flame' | 'inputs' | 'comparison'>>;

/** All members of the data of a page. */
export function pageData(content: PageContent): PageData {
  return {
    version: PAGE_VERSION,
    story: [],
    report: null,
    timelines: [],
    flame: null,
    inputs: null,
    comparison: null,
    ...content,
    writer: `stageprof ${packageVersion()}`,
  };
}

/** The file of `--html`. It is tried before anything else is done: what is measured cannot be measured again. */
export class PageFile {
  readonly #isPlain: boolean;

  /** @throws {SetupError} naming the path, where a page could not be written to it */
  constructor(readonly path: string) {
    const stats = statSync(path, { throwIfNoEntry: false });
    this.#isPlain = stats?.isFile() ?? true;
    if (stats?.isDirectory() === true) throw new SetupError(`--html ${path}: cannot be written, it is a folder`);
    loadFrontEnd();
    if (!this.#isPlain) return;
    const trial = this.#temporaryPath();
    try {
      writeFileSync(trial, 'stageprof\n', { flag: 'wx' });
      rmSync(trial);
    } catch (error) {
      throw new SetupError(`--html ${path}: cannot be written, ${systemReason(error)}: give a file that can`);
    }
  }

  /** Writes the page as a whole. @throws {SetupError} naming the path */
  write(content: PageContent): void {
    const html = pageHtml(pageData(content), loadFrontEnd());
    const temporary = this.#isPlain ? this.#temporaryPath() : null;
    try {
      writeFileSync(temporary ?? this.path, html);
      if (temporary !== null) renameSync(temporary, this.path);
    } catch (error) {
      if (temporary !== null) rmSync(temporary, { force: true });
      throw new SetupError(`--html ${this.path}: cannot be written, ${systemReason(error)}`);
    }
  }

  /** Writes the page and says where it is, or why it is not there: what was measured is in the tables all the same. */
  leave(content: () => PageContent): void {
    try {
      this.write(content());
      say(`the page is ${this.path}`);
    } catch (error) {
      say(
        error instanceof SetupError ? error.message : `--html ${this.path}: cannot be written, ${systemReason(error)}`,
      );
    }
  }

  #temporaryPath(): string {
    return `${this.path}.${randomBytes(6).toString('hex')}.part`;
  }
}

/** Writes a page. @throws {SetupError} naming the path */
export function writePage(path: string, content: PageContent): void {
  new PageFile(path).write(content);
}
