import type { ModuleKib } from '../model/composition.js';
import { counted, inline, size } from '../text/format.js';
import { growthPace } from './growth-pace.js';
import { mainModule } from './main-module.js';
import type { RowInContext } from './rule.js';

// Parts of the texts of findings about memory.

/** With its sign. */
export function growth(kib: number): string {
  return inline(size(kib, true));
}

export function plain(kib: number): string {
  return inline(size(kib));
}

/**
 * A single call cannot tell a leak from loading or warming up, and the text says so. Growth is told per call only where
 * it goes on from call to call.
 */
export function perCall(kib: number, { row, entries }: Pick<RowInContext, 'row' | 'entries'>): string {
  if (entries === 1) return ' in one call: a leak only if further calls add to it';
  const pace = growthPace(row.growth_by_octave, kib, entries);
  if (pace === null) return ` in ${counted(entries, 'call')}`;
  if (pace.goesOn) return `, ${growth(pace.kibPerCall)} a call`;
  return pace.firstCalls === 1 ? ', in the first call' : `, in the first ${pace.firstCalls} calls`;
}

/** Names the module that asked malloc for most, whether or not it kept the memory. */
export function allocatedBy(modules: ModuleKib | null | undefined): string {
  const name = mainModule(modules);
  return name === undefined ? '' : `, most allocated by ${name}`;
}
