// @ts-check
import { order } from './links.js';

/** @typedef {import('./flows.js').FileFacts} FileFacts */
/** @typedef {ReturnType<typeof buildRecord>} FlowsRecord */

/** Lists in a record are cut at this length, and their totals are kept: ten thousand records must stay loadable. */
const LIST_LIMIT = 20;

/**
 * The record of a package as plain JSON. It does not depend on the order in which the files were found.
 *
 * @param {FileFacts[]} files sorted by name
 * @param {import('./links.js').Flows} flows
 */
export function buildRecord(files, flows) {
  const failed = files.filter((file) => file.error !== undefined);
  return {
    files: files.length,
    bytes: sum(files, (file) => file.bytes),
    strings: sum(files, (file) => file.text?.count ?? 0),
    classes: classesOf(files),
    elf: elfOf(files),
    javascript: javascriptOf(files),
    images: imagesOf(files),
    links: {
      total: flows.links.length,
      needed: flows.links.filter((link) => link.by === 'needed').length,
      import: flows.links.filter((link) => link.by === 'import').length,
      name: flows.links.filter((link) => link.by === 'name').length,
      unresolved_imports: flows.unresolved,
      referred_most: top(
        countBy(flows.links, (link) => link.to),
        'file',
        'links',
      ),
      first: flows.links.slice(0, LIST_LIMIT),
    },
    libraries: { total: flows.libraries.size, top: top(flows.libraries, 'name', 'files') },
    packages: { total: flows.packages.size, top: top(flows.packages, 'name', 'files') },
    hosts: { total: flows.hosts.size, top: top(flows.hosts, 'name', 'urls') },
    errors: {
      total: failed.length,
      first: failed.slice(0, LIST_LIMIT).map((file) => ({ file: file.name, kind: file.kind, message: file.error })),
    },
  };
}

/** @param {FileFacts[]} files */
function classesOf(files) {
  /** @type {Map<string, { files: number, bytes: number }>} */
  const classes = new Map();
  for (const file of files) {
    const row = classes.get(file.kind) ?? { files: 0, bytes: 0 };
    classes.set(file.kind, row);
    row.files++;
    row.bytes += file.bytes;
  }
  return Object.fromEntries([...classes].sort(([a], [b]) => order(a, b)));
}

/** @param {FileFacts[]} files */
function elfOf(files) {
  const binaries = files.filter((file) => file.kind === 'elf');
  const parsed = binaries.flatMap(({ name, elf }) => (elf === undefined ? [] : [{ file: name, ...elf }]));
  return {
    total: binaries.length,
    broken: binaries.length - parsed.length,
    defined: sum(parsed, (elf) => elf.defined),
    undefined: sum(parsed, (elf) => elf.undefined),
    first: parsed.slice(0, LIST_LIMIT).map((elf) => ({ ...elf, needed: elf.needed.slice(0, LIST_LIMIT) })),
  };
}

/** @param {FileFacts[]} files */
function javascriptOf(files) {
  const scripts = files.filter((file) => file.kind === 'js');
  const parsed = scripts.flatMap(({ script }) => (script === undefined ? [] : [script]));
  return {
    total: scripts.length,
    failed: scripts.length - parsed.length,
    modules: parsed.filter((script) => script.syntax === 'module').length,
    imports: sum(parsed, (script) => script.imports),
    reexports: sum(parsed, (script) => script.reexports),
    dynamic: sum(parsed, (script) => script.dynamic),
    requires: sum(parsed, (script) => script.requires),
    computed: sum(parsed, (script) => script.computed),
  };
}

/** @param {FileFacts[]} files */
function imagesOf(files) {
  const pictures = files.filter((file) => file.kind === 'image');
  const measured = pictures.flatMap(({ name, image }) => (image === undefined ? [] : [{ file: name, ...image }]));
  const pixels = (/** @type {{ width: number, height: number }} */ { width, height }) => width * height;
  return {
    total: pictures.length,
    failed: pictures.length - measured.length,
    pixels: sum(measured, pixels),
    formats: Object.fromEntries([...countBy(measured, (image) => image.format)].sort(([a], [b]) => order(a, b))),
    largest: measured.sort((a, b) => pixels(b) - pixels(a) || order(a.file, b.file)).slice(0, LIST_LIMIT),
  };
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} value
 */
function sum(items, value) {
  return items.reduce((total, item) => total + value(item), 0);
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @returns {Map<string, number>}
 */
function countBy(items, key) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

/**
 * The highest counts, each as an object with the two named members.
 *
 * @param {Map<string, number>} counts
 * @param {string} key
 * @param {string} value
 */
function top(counts, key, value) {
  return [...counts]
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || order(a, b))
    .slice(0, LIST_LIMIT)
    .map(([name, count]) => ({ [key]: name, [value]: count }));
}
