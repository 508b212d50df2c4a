import { Math, Object } from '../host/intrinsics.js';
import type { ModuleKib } from '../model/composition.js';
import { PROGRAM, type StageRow } from '../model/report.js';
import { OUTSIDE } from '../report/outside-row.js';
import { counted, inline, size } from '../text/format.js';
import { growthPace } from './growth-pace.js';
import { isNode, mainModule } from './main-module.js';
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
 * A single call in a process cannot tell a leak from loading or warming up, and the text says so. Growth is told per call only where
 * it goes on from call to call. The rows of the program and of the outside have no calls.
 */
export function perCall(
  kib: number,
  { row, entries, processes, areAlike }: Pick<RowInContext, 'row' | 'entries' | 'processes' | 'areAlike'>,
): string {
  if (row.stage === PROGRAM || row.stage === OUTSIDE) {
    return entries === 1 ? ' in the whole run: a leak only if a longer run adds to it' : '';
  }
  if (entries === 1) return ' in one call: a leak only if further calls add to it';
  if (areAlike && entries <= processes) {
    return ` in ${counted(entries, 'call')} of ${counted(processes, 'process', 'processes')}: a leak only if further calls of one process add to it`;
  }
  const pace = growthPace(row.growth_by_octave, kib, entries);
  if (pace === null) return ` in ${counted(entries, 'call')}`;
  if (pace.goesOn) return `, ${growth(pace.kibPerCall)} a call`;
  return pace.firstCalls === 1 ? ', in the first call' : `, in the first ${pace.firstCalls} calls`;
}

/** Only a collection tells what is kept from what is garbage. */
export function keptOrGarbage(
  { row }: { readonly row: Pick<StageRow, 'js_kb_retained'> },
  keeper = 'a cache or queue',
): string {
  return typeof row.js_kb_retained === 'number'
    ? `JS keeps them: which ${keeper.replace(/^an? /, '')}?`
    : `${keeper} keeps them, or no collection has freed them yet: collect: 'outermost' (run --collect outermost) tells`;
}

type Held = Pick<StageRow, 'native_live_modules' | 'external_kb_delta' | 'buffers_kb_delta'>;

/**
 * Names the module that holds most of what the calls have left live. Where live blocks are not sampled, or no module
 * has half of them, it is the one that asked malloc for most, whether or not it kept the memory.
 *
 * @param outsideKib what node holds besides backing stores and is no live native block either
 */
export function heldBy(row: Held & Pick<StageRow, 'native_modules'>, outsideKib: number): string {
  const holder = mainModule(heldModules(row, outsideKib));
  if (holder !== undefined) return `, held by ${holder}`;
  const name = mainModule(row.native_modules);
  return name === undefined ? '' : `, most allocated by ${name}`;
}

/** The modules that hold more than before. Backing stores, which node holds, are no live native memory. */
function heldModules(
  { native_live_modules, external_kb_delta, buffers_kb_delta }: Held,
  outsideKib: number,
): ModuleKib {
  const stores = Math.max(0, buffers_kb_delta ?? external_kb_delta ?? 0) + outsideKib;
  const grown = Object.entries(native_live_modules ?? {}).map(([name, kib]): [string, number] => [
    name,
    isNode(name) ? kib - stores : kib,
  ]);
  return Object.fromEntries(grown.filter(([, kib]) => kib > 0));
}
