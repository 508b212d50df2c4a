import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FrontEnd } from './front-end.js';
import type { PageData } from './page-data.js';

/** A hundredth larger than at 9, and in two thirds of the time. */
const LEVEL = 7;

/** What each page begins with, and no other file of HTML. */
export const PAGE_START = '<!doctype html>\n<html lang="en" data-writer="stageprof">';

/**
 * The page as one file. Its policy lets it load nothing and run nothing but the two scripts, which are named by their
 * hashes. All that comes from data is in one element, as base64 of gzip: no text of a program can end that element.
 */
export function pageHtml(data: PageData, { loader, script, style, notice }: FrontEnd): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(loader)}' '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `${PAGE_START}
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="stageprof">
<title>stageprof</title>
<!--
${notice}
-->
<style>${style}</style>
</head>
<body>
<noscript><p>This page draws its tables and pictures with its own script, which is switched off here.</p></noscript>
<main id="page"></main>
<script type="application/octet-stream" id="data">${packed(JSON.stringify(data))}</script>
<script type="application/octet-stream" id="code">${packed(script)}</script>
<script>${loader}</script>
</body>
</html>
`;
}

function packed(text: string): string {
  return gzipSync(text, { level: LEVEL }).toString('base64');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
