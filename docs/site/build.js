/**
 * Writes the pages of docs/, and those that they lead to, as a site that needs neither a server nor a network.
 *
 *   node docs/site/build.js [FOLDER]        docs-site/ without FOLDER
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Marked } from 'marked';

const root = fileURLToPath(new URL('../..', import.meta.url));
const STYLE = 'style.css';
const INDEX = 'docs/README.md';

/** The name of the page of each Markdown file of the site, by its path in the repository. */
const PAGES = new Map([
  [INDEX, 'index.html'],
  ['README.md', 'overview.html'],
  ['CHANGELOG.md', 'changelog.html'],
  ['CONTRIBUTING.md', 'contributing.html'],
  ['bench/README.md', 'bench.html'],
  ['examples/flows/README.md', 'flows.html'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => /** @type {const} */ ([`docs/${name}`, name.replace(/\.md$/, '.html')])),
]);

const own = join(root, 'docs-site');
const folder = process.argv[2] ?? own;
// A page that was removed must not stay. A folder of somebody else keeps what it has.
if (folder === own) rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, 'files'), { recursive: true });
copyFileSync(new URL(STYLE, import.meta.url), join(folder, STYLE));
const navigation = navigationOf(readFileSync(join(root, INDEX), 'utf8'));
for (const [path, name] of PAGES) {
  writeFileSync(join(folder, name), pageOf(path, name, readFileSync(join(root, path), 'utf8')));
}
process.stdout.write(`${PAGES.size} pages: ${join(folder, 'index.html')}\n`);

/** @param {string} path @param {string} name @param {string} markdown */
function pageOf(path, name, markdown) {
  const title = /^# (.*)$/m.exec(markdown)?.[1]?.replaceAll('`', '') ?? path;
  const marked = new Marked({ renderer: rendererOf(path) });
  const entries = navigation.map(({ heading, pages }) => {
    const links = pages.map(
      (page) => `<li><a${page === name ? ' aria-current="page"' : ''} href="${page}">${label(page)}</a>`,
    );
    return `<h2>${heading}</h2><ul>${links.join('')}</ul>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}${title === 'stageprof' ? '' : ' – stageprof'}</title>
<link rel="stylesheet" href="${STYLE}">
<nav><p><a href="index.html">stageprof</a></p>${entries.join('')}</nav>
<main>
${marked.parse(markdown)}</main>
</html>
`;
}

/** @param {string} path of the page in the repository @returns {import('marked').RendererObject} */
function rendererOf(path) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return {
    heading({ tokens, depth, text }) {
      const id = anchorOf(text, seen);
      return `<h${depth} id="${id}"><a href="#${id}">${this.parser.parseInline(tokens)}</a></h${depth}>\n`;
    },
    link({ href, tokens }) {
      return `<a href="${escaped(targetOf(path, href))}">${this.parser.parseInline(tokens)}</a>`;
    },
    image({ href, text }) {
      const file = posix.join(dirname(path), href);
      const copy = `files/${file.replaceAll('/', '-')}`;
      copyFileSync(join(root, file), join(folder, copy));
      return `<img src="${copy}" alt="${escaped(text)}">`;
    },
    // A wide table scrolls by itself.
    table(token) {
      const cells = (/** @type {import('marked').Tokens.TableCell[]} */ row, /** @type {string} */ tag) =>
        row.map(
          ({ tokens, align }) =>
            `<${tag}${align ? ` class="${align}"` : ''}>${this.parser.parseInline(tokens)}</${tag}>`,
        );
      const head = `<thead><tr>${cells(token.header, 'th').join('')}</tr></thead>`;
      const body = token.rows.map((row) => `<tr>${cells(row, 'td').join('')}</tr>`).join('\n');
      return `<div class="table" tabindex="0"><table>${head}<tbody>\n${body}</tbody></table></div>\n`;
    },
  };
}

/** Where a link leads on the site. A file that is no page is copied. @param {string} path @param {string} href */
function targetOf(path, href) {
  if (/^(https?:|#)/.test(href)) return href;
  const [file = '', anchor] = href.split('#');
  const target = posix.join(dirname(path), file);
  const page = PAGES.get(target);
  if (page !== undefined) return anchor === undefined ? page : `${page}#${anchor}`;
  const copy = `files/${target.replaceAll('/', '-')}.txt`;
  copyFileSync(join(root, target), join(folder, copy));
  return copy;
}

/** The id that GitHub gives to a heading, so that the same links lead to it. @param {string} text @param {Map<string, number>} seen */
function anchorOf(text, seen) {
  const id = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
  const count = seen.get(id) ?? 0;
  seen.set(id, count + 1);
  return count === 0 ? id : `${id}-${count}`;
}

/** The tables of the index, each below its heading, that list pages. @param {string} index */
function navigationOf(index) {
  return index
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const links = [...part.matchAll(/^\| \[[^\]]*\]\(([^)#]+)\)/gm)].map(([, href]) => targetOf(INDEX, href ?? ''));
      return { heading: part.slice(0, part.indexOf('\n')), pages: links };
    })
    .filter(({ pages }) => pages.length > 0);
}

/** @param {string} page */
function label(page) {
  return page.replace(/\.html$/, '');
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
