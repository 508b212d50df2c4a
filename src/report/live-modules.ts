import { Array, Map, Math, Number, Object } from '../host/intrinsics.js';
import type { ModuleKib } from '../model/composition.js';
import { kibOf } from '../model/quantities.js';
import { LIVE_CELLS, slotIndex } from '../model/sample-layout.js';

const LIVE_COUNT = slotIndex.live_module_count;

/**
 * The live blocks of each module at a sample, in KiB; null where they are not sampled.
 *
 * @param modules their names, in the order of their cells; null where modules are not counted
 */
export function liveModules(modules: readonly string[] | null, sample: Float64Array): ModuleKib | null {
  const count = sample[LIVE_COUNT]!;
  if (modules === null || Number.isNaN(count)) return null;
  // A module that was loaded since the sample has a name and no cell.
  const names = modules.slice(0, count);
  return moduleKib(names, (cell) => Math.max(0, sample[LIVE_CELLS + cell]!));
}

/** Modules with at least half a KiB. Modules of the same name are added up. */
export function moduleKib(names: readonly string[], bytesOf: (cell: number) => number): ModuleKib {
  const bytes = new Map<string, number>();
  for (const [cell, name] of names.entries()) bytes.set(name, (bytes.get(name) ?? 0) + bytesOf(cell));
  return Object.fromEntries(
    Array.from(bytes, ([name, sum]) => [name, kibOf(sum) ?? 0] as const).filter(([, kib]) => kib !== 0),
  );
}
