import { closeSync, openSync, readSync } from 'node:fs';
import { packageVersion } from '../model/package-version.js';
import { SetupError, systemReason } from '../model/setup-error.js';
import { OutputFile } from '../os/output-file.js';
import { say } from '../terminal/say.js';
import { loadFrontEnd } from './front-end.js';
import { PAGE_VERSION, type PageData } from './page-data.js';
import { PAGE_START, pageHtml } from './page-html.js';

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
  readonly #file: OutputFile;

  /**
   * @param path as it was given, for messages
   * @param others files that the same command writes, by option
   * @throws {SetupError} naming the path, where a page could not be written to it
   */
  constructor(
    readonly path: string,
    others: Readonly<Record<string, string | undefined>> = {},
  ) {
    loadFrontEnd();
    this.#file = orRefuse(path, () => new OutputFile(path));
    for (const [option, other] of Object.entries(others)) {
      if (other === undefined || !this.#file.isAlso(other)) continue;
      throw new SetupError(`--html ${path}: is the file of ${option} too: give another one`);
    }
    if (this.#file.isPlain) this.#refuseOtherFile();
    orRefuse(path, () => this.#file.tryWriting());
  }

  /** Writes the page as a whole. @throws {SetupError} naming the path */
  write(content: PageContent): void {
    const html = pageHtml(pageData(content), loadFrontEnd());
    try {
      this.#file.write(html);
    } catch (error) {
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

  /** Whoever forgets the name of the page names the program, or what it reads, instead. */
  #refuseOtherFile(): void {
    const start = startOf(this.path);
    if (start === '' || start === PAGE_START) return;
    throw new SetupError(`--html ${this.path}: is there and is no page, so it is not replaced: give another file`);
  }
}

function orRefuse<T>(path: string, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    throw new SetupError(`--html ${path}: cannot be written, ${systemReason(error)}: give a file that can`);
  }
}

/**
 * As much of a file as a page begins with; empty where there is none.
 * @throws {SetupError} naming the path, where it cannot be read: it may be anything
 */
function startOf(path: string): string {
  const start = Buffer.alloc(PAGE_START.length);
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return start.toString('latin1', 0, readSync(file, start));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new SetupError(`--html ${path}: cannot be read, ${systemReason(error)}: give another file`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Writes a page. @throws {SetupError} naming the path */
export function writePage(path: string, content: PageContent): void {
  new PageFile(path).write(content);
}
