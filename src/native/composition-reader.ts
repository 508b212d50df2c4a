import { threadStartNs, wallNs } from '../host/clock.js';
import { Number } from '../host/intrinsics.js';
import { getHeapStatistics } from '../host/process.js';
import { readCodeAndStacks } from './address-space.js';
import type { NativeModule } from './binding.js';
import { slotIndex } from './layout.js';
import type { CompositionBytes } from './sampler.js';

/** What only the addon can read. */
export interface NativeReadings {
  /** The modules with what is resident of their mappings; null without the tracker. */
  modules(): readonly NativeModule[] | null;
  /** In bytes; NaN where the addon did not find node's counter. */
  backingStores(): number;
  /** In bytes; NaN where the allocator does not tell. */
  allocatorHeld(): number;
}

/** Share of the life of the process that looking at its memory may take. */
const BUDGET = 0.01;

let lastCostMs = 0;
let spentMs = 0;

/**
 * Takes the resident set of a sample apart. Looks at every mapping of the process, so no more often than fits into
 * 1 % of its elapsed time: null where that is spent.
 *
 * @param slots a sample just taken
 */
export function readComposition(slots: Float64Array, read: NativeReadings): CompositionBytes | null {
  const began = (wallNs() - threadStartNs) / 1e6;
  if (spentMs + lastCostMs > began * BUDGET) return null;
  // First what a collection changes: the readings after it allocate enough to bring one about, and the sample is past.
  const { total_physical_size: jsHeap, external_memory } = getHeapStatistics();
  const nodesOwn = read.backingStores();
  const backingStores = Number.isNaN(nodesOwn) ? external_memory : nodesOwn;
  const allocatorHeld = read.allocatorHeld();
  const codeAndStacks = readCodeAndStacks();
  const mapped = read.modules()?.filter(({ residentBytes }) => residentBytes > 0);
  const composition: CompositionBytes = {
    rss: slots[slotIndex.rss_bytes]!,
    jsHeap,
    backingStores,
    nativeLive: slots[slotIndex.native_live_bytes]!,
    allocatorHeld,
    mapped: mapped?.reduce((sum, { residentBytes }) => sum + residentBytes, 0) ?? Number.NaN,
    codeAndStacks: codeAndStacks === undefined ? Number.NaN : codeAndStacks.fileBytes + codeAndStacks.stackBytes,
    mappedByModule: mapped?.map(({ name, residentBytes }) => [name, residentBytes] as const) ?? [],
  };
  lastCostMs = (wallNs() - threadStartNs) / 1e6 - began;
  spentMs += lastCostMs;
  return composition;
}
