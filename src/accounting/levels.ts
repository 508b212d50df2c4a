import { Float64Array, Number, Set } from '../host/intrinsics.js';
import { METRICS } from '../model/metrics.js';
import { slotIndex } from '../model/sample-layout.js';
import type { Accounting } from './accounting.js';

/** Slots with the level at the instant of the sample, and not with what was used until then. */
export const LEVEL_SLOTS: readonly number[] = [
  ...new Set(METRICS.flatMap(({ fold, slot }) => (fold === 'growth' && slot !== null ? [slotIndex[slot]] : []))),
];

/** The levels of the last sample. */
export function lastLevels({ sampler }: Accounting): Float64Array {
  return Float64Array.from(sampler.slots);
}

/**
 * Lets the growth of the whole run begin at the levels at which an earlier run in this process ended, so that what
 * happened between the two is in the second, outside of any stage. A level that the earlier run did not read begins
 * with the first sample.
 */
export function continueFrom({ calls }: Accounting, levels: Float64Array): void {
  const { entry } = calls.outside;
  for (const slot of LEVEL_SLOTS) if (!Number.isNaN(levels[slot]!)) entry[slot] = levels[slot]!;
}
