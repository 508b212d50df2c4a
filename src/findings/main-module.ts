import { Object } from '../host/intrinsics.js';
import { type ModuleKib, sumOfModules } from '../model/composition.js';
import { installedName } from '../model/module-name.js';

/** Node, which some distributions have in a library. It allocates backing stores, which do not count as native. */
const NODE = /^(lib)?node(js)?(\.so[.\d]*)?$/;

export function isNode(name: string): boolean {
  return NODE.test(name);
}

/** Below half of the total, the name would often be that of the wrong module. */
const LEAST_SHARE = 0.5;

/** The module that has at least half of the total, by the name it was installed by; undefined if there is none. */
export function mainModule(modules: ModuleKib | null | undefined): string | undefined {
  const total = sumOfModules(modules);
  const most = Object.entries(modules ?? {}).find(([, kib]) => kib > 0 && kib >= LEAST_SHARE * total);
  return most && installedName(most[0]);
}
