// @ts-check
import { nullProfiler } from 'stageprof';
import { classify, kindOf } from './classify.js';
import { messageOf, readEntries } from './entries.js';
import { linkFiles, order } from './links.js';
import { buildRecord } from './record.js';
import { readText } from './strings.js';

/** @typedef {import('stageprof').Profiler} Profiler */

/**
 * What is known about one file. A member is missing if the stage that makes it failed or did not apply.
 *
 * @typedef {object} FileFacts
 * @property {string} name
 * @property {number} bytes
 * @property {import('./classify.js').Kind | 'skipped' | 'unreadable'} kind
 * @property {import('./strings.js').TextFacts} [text]
 * @property {import('./elf.js').ElfFacts} [elf]
 * @property {import('./image.js').ImageFacts} [image]
 * @property {import('./javascript.js').ScriptFacts} [script]
 * @property {string} [error] why the file could not be read or is not what it seems
 */

/** A file is read into memory as a whole. The largest native libraries in packages have about 100 MB. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** For all files of an input together. An archive that unpacks to more is an attack or an accident. */
const MAX_INPUT_BYTES = 8 * 1024 * 1024 * 1024;

/**
 * Static analysis of the flows between the files of a package: which files it has, what they are, and which of
 * them refers to which.
 *
 * Files are processed one after another although they could overlap, so that the cost of a stage is the cost of its
 * own work. Concurrency belongs to the level above, with one process per shard (`stageprof map --task-index`).
 *
 * @param {string} input a directory, or an archive (.apk, .jar, .aar, .zip, .tgz, .tar.gz)
 * @param {object} [options]
 * @param {Profiler} [options.profiler] measures the stages; the default costs nothing
 * @param {AbortSignal} [options.signal] checked between files
 * @returns {Promise<import('./record.js').FlowsRecord>} plain JSON, the same whether profiled or not
 * @throws {Error} naming the input, when it cannot be read as a whole; a bad file inside is counted in `errors`
 */
export default async function flows(input, { profiler = nullProfiler, signal } = {}) {
  /** @type {FileFacts[]} */
  const files = [];
  let bytes = 0;
  const entries = readEntries(input);
  try {
    for (;;) {
      signal?.throwIfAborted();
      // One call per step of the iteration. The first call also opens the archive or lists the folder.
      const step = await profiler.stage('read', () => entries.next());
      if (step.done) break;
      bytes += step.value.bytes;
      const fits = step.value.bytes <= MAX_FILE_BYTES && bytes <= MAX_INPUT_BYTES;
      files.push(fits ? await inspect(step.value, profiler) : skipped(step.value));
    }
  } finally {
    await entries.return();
  }

  // Nothing is awaited before the end of this stage, so a handle is enough.
  const stage = profiler.stage('link');
  try {
    files.sort((a, b) => order(a.name, b.name));
    return buildRecord(files, linkFiles(files));
  } finally {
    stage.end();
  }
}

/**
 * Everything that can be known from one file alone. The error of a bad file ends its stage, where the profiler counts
 * it, and becomes `error` here.
 *
 * @param {import('./entries.js').Entry} entry
 * @param {Profiler} profiler
 * @returns {Promise<FileFacts>}
 */
async function inspect(entry, profiler) {
  /** @type {FileFacts} */
  const file = { name: entry.name, bytes: entry.bytes, kind: 'unreadable' };
  try {
    const { content, text } = await profiler.stage('extract', () => extract(entry, profiler));
    const kind = kindOf(entry.name, content);
    Object.assign(file, { kind, text });
    Object.assign(file, await profiler.stage('classify', () => classify(kind, entry.name, content, profiler)));
  } catch (error) {
    file.error = messageOf(error);
  }
  return file;
}

/**
 * @param {import('./entries.js').Entry} entry
 * @param {Profiler} profiler
 */
async function extract(entry, profiler) {
  const content = await profiler.stage('bytes', () => entry.read());

  const stage = profiler.stage('strings');
  try {
    return { content, text: readText(content) };
  } finally {
    stage.end();
  }
}

/**
 * @param {import('./entries.js').Entry} entry
 * @returns {FileFacts}
 */
function skipped({ name, bytes }) {
  return { name, bytes, kind: 'skipped' };
}
