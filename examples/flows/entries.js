// @ts-check
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import yauzl from 'yauzl';

/**
 * One file of a package.
 *
 * @typedef {object} Entry
 * @property {string} name path inside the package, with forward slashes
 * @property {number} bytes size when unpacked, as the archive or the file system states it
 * @property {() => Promise<Buffer>} read its content; call it before the iteration moves on, because a tar is a
 *   stream and cannot be rewound
 */

const ZIP = /\.(?:apk|jar|aar|zip)$/i;
const TAR = /\.(?:tgz|tar\.gz)$/i;

// The file type in the upper half of a zip entry's external attributes, if the archive was made on Unix.
const UNIX_TYPE_MASK = 0o170000;
const UNIX_SYMLINK = 0o120000;

/**
 * The files of a directory or an archive, one after another. Symbolic links are not followed. Files in a
 * `node_modules` folder belong to other packages and are left out.
 *
 * @param {string} input
 * @returns {AsyncGenerator<Entry, void, void>}
 * @throws {Error} naming the input, when it does not exist, is of no known kind, or is damaged
 */
export async function* readEntries(input) {
  try {
    for await (const entry of entriesOf(input, await stat(input))) {
      if (isOwnFile(entry.name)) yield entry;
    }
  } catch (cause) {
    throw new Error(`Cannot read "${input}": ${messageOf(cause)}`, { cause });
  }
}

/**
 * @param {string} input
 * @param {import('node:fs').Stats} stats
 */
function entriesOf(input, stats) {
  if (stats.isDirectory()) return directoryEntries(input);
  // Opening a FIFO would wait for its writer and block a thread of the process forever.
  if (!stats.isFile()) throw new Error('expected a directory or a regular file, it is neither');
  if (ZIP.test(input)) return zipEntries(input);
  if (TAR.test(input)) return tarEntries(input);
  throw new Error('expected a directory or an archive (.apk, .jar, .aar, .zip, .tgz, .tar.gz)');
}

/**
 * @param {string} root
 * @param {string} folder path below the root, empty or ending in a slash
 * @returns {AsyncGenerator<Entry, void, void>} a folder that cannot be listed is an entry that cannot be read
 */
async function* directoryEntries(root, folder = '') {
  let children;
  try {
    children = await readdir(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (folder === '') throw error;
    yield { name: folder.slice(0, -1), bytes: 0, read: () => Promise.reject(error) };
    return;
  }
  for (const child of children) {
    const name = folder + child.name;
    if (child.isDirectory()) {
      // Checked for folders too, not only for files: a package's node_modules may be larger than everything else.
      if (isOwnFile(`${name}/`)) yield* directoryEntries(root, `${name}/`);
    } else if (child.isFile()) {
      const path = join(root, name);
      yield { name, bytes: (await stat(path)).size, read: () => readFile(path) };
    }
  }
}

/**
 * @param {string} path
 * @returns {AsyncGenerator<Entry, void, void>}
 */
async function* zipEntries(path) {
  // Closed below and not automatically, because an entry is read after the last record of the directory was seen.
  const zip = await yauzl.openPromise(path, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const isFolder = entry.fileName.endsWith('/');
      const isLink = ((entry.externalFileAttributes >>> 16) & UNIX_TYPE_MASK) === UNIX_SYMLINK;
      if (isFolder || isLink) continue;
      yield {
        name: entry.fileName,
        // A wrong size is detected: the stream fails as soon as it has delivered more than this.
        bytes: entry.uncompressedSize,
        read: async () => concatenate(await zip.openReadStreamPromise(entry)),
      };
    }
  } finally {
    zip.close();
  }
}

/**
 * @param {string} path
 * @returns {AsyncGenerator<Entry, void, void>}
 */
async function* tarEntries(path) {
  const extract = tar.extract();
  const feeding = pipeline(createReadStream(path), createGunzip(), extract);
  // The iteration below gets the same failure. Without this handler, the rejection here would be unhandled.
  feeding.catch(() => {});
  for await (const entry of extract) {
    const { name, size = 0, type } = entry.header;
    if (type === 'file' || type === 'contiguous-file') {
      yield { name: name.replace(/^\.\//, ''), bytes: size, read: () => concatenate(entry) };
    }
    // The next header arrives only after all bytes of this entry have been read.
    entry.resume();
  }
  await feeding;
}

/** @param {string} name */
function isOwnFile(name) {
  return !`/${name}`.includes('/node_modules/');
}

/**
 * @param {AsyncIterable<unknown>} stream of Buffers; the streams' own types do not say so
 * @returns {Promise<Buffer>}
 */
async function concatenate(stream) {
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of stream) chunks.push(/** @type {Buffer} */ (chunk));
  return Buffer.concat(chunks);
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
