import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The tracker's library, or one line on why there is none. */
export type TrackerFile =
  | { readonly path: string; readonly missing: null }
  | { readonly path: null; readonly missing: string };

/** File name of the library. Nothing else has this name. */
export const TRACKER_NAME = 'libstageprof_tracker.so';

/**
 * The library that was built here, or the prebuilt one of this platform. Each call looks for it. It is linked with glibc,
 * and musl's loader takes glibc's name for its own.
 */
export function findTracker(): TrackerFile {
  if (process.platform !== 'linux') return missing(`there is no tracker for ${process.platform}, only for Linux`);
  const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const built = join(packageRoot, 'build', 'Release', TRACKER_NAME);
  if (isReadable(built)) return { path: built, missing: null };

  const name = `${process.platform}-${process.arch}`;
  const prebuilt = join(packageRoot, 'prebuilds', name, TRACKER_NAME);
  if (!isReadable(prebuilt)) {
    return missing(`no tracker was built for ${name}: neither ${built} nor ${prebuilt} can be read`);
  }
  return { path: prebuilt, missing: null };
}

function missing(reason: string): TrackerFile {
  return { path: null, missing: reason };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
