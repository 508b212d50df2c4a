// @ts-check
import { isUtf8 } from 'node:buffer';
import { isElf, parseElf } from './elf.js';
import { isImage, measureImage } from './image.js';
import { MAX_SCRIPT_BYTES, parseScript } from './javascript.js';

const SNIFFED_BYTES = 64 * 1024;

/** @typedef {'elf' | 'image' | 'js' | 'json' | 'text' | 'other'} Kind */

/**
 * What a file is. Only the member of its own kind is set.
 *
 * @typedef {object} Classified
 * @property {import('./elf.js').ElfFacts} [elf]
 * @property {import('./image.js').ImageFacts} [image]
 * @property {import('./javascript.js').ScriptFacts} [script]
 */

/**
 * The kind of a file. A format that has a signature is known by its first bytes, any other by its name.
 *
 * @param {string} name
 * @param {Uint8Array} bytes
 * @returns {Kind}
 */
export function kindOf(name, bytes) {
  if (isElf(bytes)) return 'elf';
  if (isImage(bytes)) return 'image';
  if (/\.[cm]?js$/.test(name)) return 'js';
  if (/\.(?:json|map)$/.test(name)) return 'json';
  return isText(bytes) ? 'text' : 'other';
}

/**
 * Analyses a file according to its kind, in the stage of that kind.
 *
 * @param {Kind} kind
 * @param {string} name
 * @param {Buffer} bytes
 * @param {import('stageprof').Profiler} profiler
 * @returns {Classified | Promise<Classified>}
 * @throws {Error} when the file is not what its signature or name says
 */
export function classify(kind, name, bytes, profiler) {
  switch (kind) {
    case 'elf':
      return profiler.stage('elf', () => ({ elf: parseElf(bytes) }));
    case 'image':
      return profiler.stage('image', async () => ({ image: await measureImage(bytes, profiler) }));
    case 'js':
      return profiler.stage('js', () => {
        if (bytes.length > MAX_SCRIPT_BYTES) throw new RangeError(`larger than ${MAX_SCRIPT_BYTES} bytes, not parsed`);
        return { script: parseScript(bytes, name) };
      });
    case 'json':
      return profiler.stage('json', () => {
        JSON.parse(bytes.toString('utf8'));
        return {};
      });
    default:
      return {};
  }
}

/**
 * Whether it is UTF-8 without NUL. Only the beginning of a long file is checked, up to the end of a line so that no
 * character is cut in half.
 *
 * @param {Uint8Array} bytes
 */
function isText(bytes) {
  const end = bytes.length <= SNIFFED_BYTES ? bytes.length : bytes.lastIndexOf(0x0a, SNIFFED_BYTES) + 1;
  const head = bytes.subarray(0, end);
  return (end > 0 || bytes.length === 0) && isUtf8(head) && !head.includes(0);
}
