import { createRequire } from 'node:module';
import { readWallBy } from '../host/clock.js';
import { dirname, existsSync, fileURLToPath, join } from '../host/files.js';
import { Error, String } from '../host/intrinsics.js';
import { arch, dlopen, environment, getHeapStatistics, platform } from '../host/process.js';
import { needStack } from '../host/stack-room.js';
import { LAYOUT_VERSION } from '../model/sample-layout.js';
import { inBundle } from '../text/in-bundle.js';
import type { Binding } from './addon.js';
import { arrayBufferBytes } from './js-heap.js';

export type LoadedBinding =
  | { readonly binding: Binding; readonly path: string; readonly heapFault: string | null; readonly missing: null }
  | { readonly binding: null; readonly path?: undefined; readonly missing: string };

type AddonPath = { readonly path: string; readonly missing: null } | { readonly path: null; readonly missing: string };

/**
 * It is looked for when this file is loaded. Later that would need `fs` and `module`, which a program may have replaced by
 * then.
 */
const found: AddonPath = findAddon();

let loaded: LoadedBinding | null = null;

/** The addon, which is loaded once a thread, or one line on why it is not there. */
export function loadBinding(): LoadedBinding {
  loaded ??= load();
  return loaded;
}

/** One line on why there is no addon; null if there is one. */
export function missingAddon(): string | null {
  return loadBinding().missing;
}

function findAddon(): AddonPath {
  const here: string | undefined = import.meta.url;
  // A bundle of CommonJS has no such URL.
  if (here === undefined) return { path: null, missing: inBundle('addon') };
  try {
    const packageRoot = join(dirname(fileURLToPath(here)), '..', '..');
    const usual = usualPath(packageRoot);
    if (usual !== undefined) return { path: usual, missing: null };
    // The folder of a bundle may have an addon of another name, which `askForPath` would take for this one.
    if (!isThisPackage(packageRoot)) return { path: null, missing: inBundle('addon') };
    return { path: askForPath(packageRoot), missing: null };
  } catch (error) {
    return { path: null, missing: notLoaded(error) };
  }
}

/** False for the folder of a bundle that contains this file. */
function isThisPackage(folder: string): boolean {
  return existsSync(join(folder, 'dist', 'native', 'load-addon.js'));
}

/** Where `askForPath` finds the addon on most machines, in 0.02 ms instead of 1 to 4; undefined if it may be elsewhere. */
function usualPath(packageRoot: string): string | undefined {
  if (environment.STAGEPROF_PREBUILD || environment.PREBUILDS_ONLY) return undefined;
  return [
    join(packageRoot, 'build', 'Release', 'stageprof.node'),
    join(packageRoot, 'prebuilds', `${platform}-${arch}`, 'stageprof.node'),
  ].find((path) => existsSync(path));
}

function askForPath(packageRoot: string): string {
  const require = createRequire(import.meta.url);
  return (require('node-gyp-build') as { path(dir: string): string }).path(packageRoot);
}

function load(): LoadedBinding {
  // What is found missing for want of stack would be missing for the thread's life.
  needStack();
  const off = environment.STAGEPROF_NO_ADDON;
  if (off !== undefined && off !== '' && off !== '0') {
    return { binding: null, missing: 'the addon is switched off by STAGEPROF_NO_ADDON' };
  }
  const { path } = found;
  if (path === null) return { binding: null, missing: found.missing };
  try {
    const module: { exports: unknown } = { exports: {} };
    dlopen(module, path);
    const binding = module.exports as Binding;
    const { version } = binding.sampleLayout();
    if (version !== LAYOUT_VERSION) {
      return {
        binding: null,
        missing: `the addon has sample layout ${version}, expected ${LAYOUT_VERSION}: rebuild it`,
      };
    }
    if (binding.wallRead !== undefined) readWallBy(binding.wallRead);
    return { binding, path, heapFault: binding.heapVerify(getHeapStatistics, arrayBufferBytes), missing: null };
  } catch (error) {
    return { binding: null, missing: notLoaded(error) };
  }
}

function notLoaded(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `the addon could not be loaded: ${message.split('\n', 1)[0]!}`;
}
