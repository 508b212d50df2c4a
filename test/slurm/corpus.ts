import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packageDirectories } from '../../examples/flows/corpus.js';

/** The pictures of this package take longer than all other packages. */
const TOO_LONG = new Set(['svg-country-flags']);

/** Returns `count` real inputs: the installed packages, and archives of the smallest ones, which it makes in `folder`. */
export function makeCorpus(nodeModules: string, folder: string, count: number): string[] {
  const directories = packageDirectories(nodeModules).filter((path) => !TOO_LONG.has(basename(path)));
  const smallestFirst = [...directories].sort((a, b) => bytesIn(a) - bytesIn(b));
  mkdirSync(folder);
  const archives = smallestFirst.slice(0, count - directories.length).map((path, index) => {
    const archive = join(folder, `${index}-${basename(path)}.tgz`);
    execFileSync('tar', ['-czf', archive, '-C', dirname(path), basename(path)]);
    return archive;
  });
  const inputs = [...directories, ...archives].slice(0, count);
  if (inputs.length < count) throw new Error(`Expected ${count} inputs, there are ${inputs.length} in ${nodeModules}`);
  return inputs;
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
