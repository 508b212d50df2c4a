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
 * @property {() => Promise<Buffer>} read its content; to be asked for before the iteration moves on,
 *   because a tar is a stream and does not come back
 */

const ZIP = /\.(?:apk|jar|aar|zip)$/i;
const TAR = /\.(?:tgz|tar\.gz)$/i;

// What the upper half of a zip entry's external attributes holds when the archive was made on Unix.
const UNIX_TYPE_MASK = 0o170000;
const UNIX_SYMLINK = 0o120000;

/**
 * The files of a directory or an archive, one after another. Symbolic links are not followed, and what lies
 * in a `node_modules` folder belongs to another package and is left out.
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
  // To open a FIFO would wait for its writer, and hold a thread of the process for ever.
  if (!stats.isFile()) throw new Error('expected a directory or a regular file, it is neither');
  if (ZIP.test(input)) return zipEntries(input);
  if (TAR.test(input)) return tarEntries(input);
  throw new Error('expected a directory or an archive (.apk, .jar, .aar, .zip, .tgz, .tar.gz)');
}

/**
 * @param {string} root
 * @param {string} folder path below the root, empty or ending in a slash
 * @returns {AsyncGenerator<Entry, void, void>} with a folder that cannot be listed as an entry that cannot be read
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
      // Asked here and not only of the files: a package's node_modules may be larger than everything else.
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
  // Closed below, not by itself: an entry is read after the directory's last record has been seen.
  const zip = await yauzl.openPromise(path, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const isFolder = entry.fileName.endsWith('/');
      const isLink = ((entry.externalFileAttributes >>> 16) & UNIX_TYPE_MASK) === UNIX_SYMLINK;
      if (isFolder || isLink) continue;
      yield {
        name: entry.fileName,
        // A lie here is found out: the stream fails as soon as it has given more than this.
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
  // The iteration below meets the same failure. Without this, one seen there first would be unhandled here.
  feeding.catch(() => {});
  for await (const entry of extract) {
    const { name, size = 0, type } = entry.header;
    if (type === 'file' || type === 'contiguous-file') {
      yield { name: name.replace(/^\.\//, ''), bytes: size, read: () => concatenate(entry) };
    }
    // The next header comes only when this entry's bytes have gone by, wanted or not.
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
