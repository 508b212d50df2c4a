// The folder a host runs in. It has the same path in every way of running, so that paths in messages and stack traces
// are the same.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** A longer file is compared by its hash. */
const SHOWN_BYTES = 100_000;

export class World {
  /** @param {string} base a folder whose node_modules the host's programs find, or which has none */
  constructor(base) {
    this.base = base;
    /** Working directory of the host. */
    this.folder = join(base, 'world');
    this.temporary = join(base, 'tmp');
  }

  /** Removes what a run has left, and writes the host's files again. */
  prepare(files) {
    for (const folder of [this.folder, this.temporary]) {
      open(folder);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    chmodSync(this.temporary, 0o1777);
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }

  /** What a run has left, by path: the content of plain files, what others are. */
  left() {
    const found = {};
    for (const folder of ['world', 'tmp']) list(this.base, folder, found);
    return found;
  }
}

/** Makes a base whose programs can import stageprof, and start what is installed in the folder `packages`. */
export function makeBase(base, packages, root) {
  const modules = join(base, 'node_modules');
  mkdirSync(modules, { recursive: true });
  chmodSync(base, 0o777);
  // Without it the host would get the module type and the tsconfig.json of the folders above.
  writeFileSync(join(base, 'package.json'), '{ "private": true }\n');
  symlinkSync(root, join(modules, 'stageprof'));
  if (packages !== base) symlinkSync(join(packages, 'node_modules', '.bin'), join(modules, '.bin'));
}

function list(base, path, found) {
  const full = join(base, path);
  const stats = lstatSync(full);
  if (stats.isDirectory()) {
    found[`${path}/`] = (stats.mode & 0o7777).toString(8);
    for (const name of readdirSync(full)) list(base, `${path}/${name}`, found);
  } else if (stats.isSymbolicLink()) found[path] = `link to ${readlinkSync(full)}`;
  else if (stats.isFile()) found[path] = contentOf(full, stats.size);
  else found[path] = 'no plain file';
}

function contentOf(path, bytes) {
  const content = readFileSync(path);
  if (bytes <= SHOWN_BYTES) return content.toString('latin1');
  return `${bytes} bytes, SHA-1 ${createHash('sha1').update(content).digest('hex')}`;
}

/** Restores the permission to remove what is in a folder, which a host may have taken away. */
function open(path) {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isDirectory()) return;
  chmodSync(path, 0o755);
  for (const name of readdirSync(path)) open(join(path, name));
}
