import { Math, Object } from '../host/intrinsics.js';
import type { ModuleKib } from '../model/composition.js';
import type { StageRow } from '../model/report.js';
import { inline, size } from '../text/format.js';
import { isNode, mainModule } from './main-module.js';

// Parts of the texts of findings about memory.

/** With its sign. */
export function growth(kib: number): string {
  return inline(size(kib, true));
}

export function plain(kib: number): string {
  return inline(size(kib));
}

/** A single call cannot tell a leak from loading or warming up, and the text says so. */
export function perCall(kib: number, entries: number): string {
  return entries === 1 ? ' in one call: a leak only if further calls add to it' : `, ${growth(kib / entries)} a call`;
}

/**
 * Names the module that holds most of what the calls have left live. Where live blocks are not sampled, or no module
 * has half of them, it is the one that asked malloc for most, whether or not it kept the memory.
 */
export function heldBy(row: Pick<StageRow, 'native_modules' | 'native_live_modules' | 'external_kb_delta'>): string {
  const holder = mainModule(heldModules(row));
  if (holder !== undefined) return `, held by ${holder}`;
  const name = mainModule(row.native_modules);
  return name === undefined ? '' : `, most allocated by ${name}`;
}

/** The modules that hold more than before. Backing stores, which node holds, are no live native memory. */
function heldModules({
  native_live_modules,
  external_kb_delta,
}: Pick<StageRow, 'native_live_modules' | 'external_kb_delta'>): ModuleKib {
  const stores = Math.max(0, external_kb_delta ?? 0);
  const grown = Object.entries(native_live_modules ?? {}).map(([name, kib]): [string, number] => [
    name,
    isNode(name) ? kib - stores : kib,
  ]);
  return Object.fromEntries(grown.filter(([, kib]) => kib > 0));
}
