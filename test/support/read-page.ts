import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { PageData } from '../../src/page/page-data.js';

/** The data of a page, as its own script unpacks them. */
export function dataOf(html: string): PageData {
  const packed = /id="data">([^<]*)</.exec(html)![1]!;
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString());
}

export function readPage(path: string): PageData {
  return dataOf(readFileSync(path, 'utf8'));
}
