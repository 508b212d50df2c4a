import { Object } from '../host/intrinsics.js';
import type { ModuleKib } from '../model/composition.js';
import { inline, size } from '../text/format.js';

/** Parts of the texts of findings about memory. */

export function growth(kib: number): string {
  return inline(size(kib, true));
}

export function plain(kib: number): string {
  return inline(size(kib));
}

/** One call tells a leak from a load or a warm-up as little as its row does. */
export function perCall(kib: number, entries: number): string {
  return entries === 1 ? ' in one call: a leak only if further calls add to it' : `, ${growth(kib / entries)} a call`;
}

/** Half of the volume: a name below that would point at the wrong one. */
const LEAST_MODULE_SHARE = 0.5;

/** The module that has most of it; undefined where none stands out. */
export function mostOf(modules: ModuleKib | null | undefined): string | undefined {
  const volumes = Object.entries(modules ?? {});
  const total = volumes.reduce((sum, [, kib]) => sum + kib, 0);
  return volumes.find(([, kib]) => kib > 0 && kib >= LEAST_MODULE_SHARE * total)?.[0];
}

/** Of what malloc handed out, kept or not. */
export function allocatedBy(modules: ModuleKib | null | undefined): string {
  const name = mostOf(modules);
  return name === undefined ? '' : `, most allocated by ${name}`;
}
