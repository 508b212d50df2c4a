import type { ModuleKib } from '../model/composition.js';
import type { StageRow } from '../model/report.js';
import { inline, size } from '../text/format.js';
import { mainModule } from './main-module.js';

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

/** Only a collection tells what is kept from what is garbage. */
export function keptOrGarbage({ row }: { readonly row: Pick<StageRow, 'js_kb_retained'> }): string {
  return typeof row.js_kb_retained === 'number'
    ? 'JS keeps them: which cache or queue?'
    : "a cache or queue keeps them, or no collection has freed them yet: collect: 'outermost' (run --collect outermost) tells";
}

/** Names the module that asked malloc for most, whether or not it kept the memory. */
export function allocatedBy(modules: ModuleKib | null | undefined): string {
  const name = mainModule(modules);
  return name === undefined ? '' : `, most allocated by ${name}`;
}
