import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(dirname(dirname(import.meta.filename)));

/** Real native files: those of the development dependencies, and one of the system. */
export function nativeFiles(): string[] {
  const folders = [
    `node_modules/@img/sharp-${process.platform}-${process.arch}/lib`,
    `node_modules/@img/sharp-libvips-${process.platform}-${process.arch}/lib`,
    'node_modules/bare-fs/prebuilds/android-arm',
    'node_modules/bare-fs/prebuilds/android-ia32',
    'node_modules/bare-fs/prebuilds/linux-arm64',
  ].map((folder) => join(root, folder));
  return [...folders.flatMap(filesOf).filter((path) => /\.(?:node|bare|so[.\d]*)$/.test(path)), '/bin/ls'].filter(
    (path) => existsSync(path),
  );
}

function filesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** The directory of an installed package. */
export function packageDirectory(name: string): string {
  return join(root, 'node_modules', name);
}
