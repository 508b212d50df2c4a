// @ts-check
import { posix } from 'node:path';
import { packageOf } from './javascript.js';

/** @typedef {import('./flows.js').FileFacts} FileFacts */

/**
 * One file refers to another of the same package: it is the library that a loader would load, a script imports it,
 * or its name appears somewhere in the text.
 *
 * @typedef {object} Link
 * @property {string} from
 * @property {string} to
 * @property {'needed' | 'import' | 'name'} by
 */

/**
 * @typedef {object} Flows
 * @property {Link[]} links in order of `from`, `to`, `by`
 * @property {number} unresolved relative imports that lead to no file
 * @property {Map<string, number>} libraries needed from outside, with the number of files that need them
 * @property {Map<string, number>} packages imported, with the number of files that import them
 * @property {Map<string, number>} hosts of URLs, with the number of distinct URLs per file, summed over the files
 */

// The order in which Node's CommonJS resolution and the common bundlers try them.
const SUFFIXES = ['', '.js', '.mjs', '.cjs', '.json', '.node', '/index.js', '/index.mjs', '/index.cjs', '/index.json'];

/**
 * @param {FileFacts[]} files
 * @returns {Flows}
 */
export function linkFiles(files) {
  const paths = new Set(files.map((file) => file.name));
  const byName = uniqueNames(files);
  /** @type {Flows} */
  const flows = { links: [], unresolved: 0, libraries: new Map(), packages: new Map(), hosts: new Map() };

  for (const file of files) {
    /** @type {Map<string, Link['by']>} the strongest reason for each file referred to */
    const targets = new Map();
    for (const name of file.text?.names ?? []) {
      const target = byName.get(name);
      if (target !== undefined) targets.set(target, 'name');
    }
    for (const specifier of file.script?.specifiers ?? []) {
      const target = resolveImport(file.name, specifier, paths);
      if (target !== undefined) targets.set(target, 'import');
      else if (isRelative(specifier)) flows.unresolved++;
    }
    for (const library of new Set(file.elf?.needed)) {
      const target = byName.get(library);
      if (target !== undefined) targets.set(target, 'needed');
      else increment(flows.libraries, library);
    }
    targets.delete(file.name);
    for (const [to, by] of targets) flows.links.push({ from: file.name, to, by });
    for (const name of packagesOf(file)) increment(flows.packages, name);
    for (const url of file.text?.urls ?? []) countHost(flows.hosts, url);
  }
  flows.links.sort((a, b) => order(a.from, b.from) || order(a.to, b.to) || order(a.by, b.by));
  return flows;
}

/**
 * Files by the names under which others may refer to them: the base name, and the soname of a library. A name that
 * several files share, as is common for `index.js`, identifies none of them and is left out.
 *
 * @param {FileFacts[]} files
 * @returns {Map<string, string>}
 */
function uniqueNames(files) {
  /** @type {Map<string, Set<string>>} */
  const candidates = new Map();
  for (const file of files) {
    for (const name of [posix.basename(file.name), file.elf?.soname]) {
      if (!name) continue;
      const paths = candidates.get(name) ?? new Set();
      candidates.set(name, paths.add(file.name));
    }
  }
  /** @type {Map<string, string>} */
  const unique = new Map();
  for (const [name, paths] of candidates) {
    const [path] = paths;
    if (paths.size === 1) unique.set(name, path);
  }
  return unique;
}

/**
 * @param {string} from
 * @param {string} specifier
 * @param {Set<string>} paths
 * @returns {string | undefined}
 */
function resolveImport(from, specifier, paths) {
  if (!isRelative(specifier)) return undefined;
  const target = posix.join(posix.dirname(from), specifier).replace(/\/$/, '');
  // For an import of the package's root folder this leaves `index.js`, not `./index.js`.
  return SUFFIXES.map((suffix) => posix.normalize(target + suffix)).find((path) => paths.has(path));
}

/** @param {string} specifier */
function isRelative(specifier) {
  return /^\.\.?(?:\/|$)/.test(specifier);
}

/** @param {FileFacts} file */
function packagesOf(file) {
  /** @type {Set<string>} */
  const names = new Set();
  for (const specifier of file.script?.specifiers ?? []) {
    const name = packageOf(specifier);
    if (name !== undefined) names.add(name);
  }
  return names;
}

/**
 * @param {Map<string, number>} hosts
 * @param {string} url as found in text, so it may be a fragment of one
 */
function countHost(hosts, url) {
  if (!URL.canParse(url)) return;
  const { hostname } = new URL(url);
  if (hostname.includes('.')) increment(hosts, hostname);
}

/**
 * @param {Map<string, number>} counts
 * @param {string} key
 */
function increment(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/**
 * Compares by code units, because the order must not depend on the locale of the machine.
 *
 * @param {string} a
 * @param {string} b
 */
export function order(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
