import { loadFrontEnd } from '../../src/page/front-end.js';
import { packValue } from '../../src/page/packed-value.js';
import { pageHtml } from '../../src/page/page-html.js';
import { type PageContent, pageData } from '../../src/page/write-page.js';
import { largePage } from './large-page.js';

/** The text of a page. It needs the front end as it was built. */
export function htmlOf(content: PageContent): string {
  return pageHtml(pageData(content), loadFrontEnd());
}

export interface PageSize {
  readonly inputs?: number;
  readonly hours?: number;
  readonly frames?: number;
  readonly stages?: number;
  readonly base?: boolean;
}

/** A page with as much data as a test wants. */
export function contentOf(size: PageSize): PageContent {
  return largePage(size, packValue) as PageContent;
}
