import { present, type SourceState } from '../model/sources.js';
import type { AllocatorSource } from './addon.js';

/** How far the reading of malloc statistics kept to its budget of 1 % of the elapsed time. */
export interface MallocBudget {
  readonly readings: number;
  readonly skipped: number;
}

const BUDGET_TRUTH =
  'readings beyond 1 % of the elapsed time of a thread are skipped, and calls with a skipped end left out';

/**
 * The state of live native memory that is read from the allocator's own statistics; null if it tells none.
 *
 * @param heapFault why the addon cannot read the V8 heap. Without the heap, backing stores, which come from malloc too,
 *   cannot be told from live native blocks.
 * @param hasBackingStores whether the addon reads what node has allocated for backing stores
 */
export function liveState(
  { method, liveTruth }: AllocatorSource,
  use: MallocBudget,
  heapFault: string | null,
  hasBackingStores: boolean,
): SourceState | null {
  if (method === null || liveTruth === null) return null;
  const truth = `${BUDGET_TRUTH}; ${liveTruth}; ${backingStoresTruth(hasBackingStores)}`;
  return state(method, use, heapFault === null ? truth : `${truth}; live native memory is null, since ${heapFault}`);
}

/** What is subtracted from live blocks for Buffers. */
export function backingStoresTruth(hasBackingStores: boolean): string {
  return hasBackingStores
    ? 'Buffers of other threads, and those whose memory an addon allocated, count as native'
    : "Buffers are subtracted by V8's sum: memory of WebAssembly may be in it, SharedArrayBuffers are not, and what is collected stays in it for a while";
}

/**
 * The state of what is free in the allocator; null if the allocator does not tell.
 *
 * @param isTracked whether the tracker knows what was handed out
 */
export function freeState(
  { method, freeTruth }: AllocatorSource,
  use: MallocBudget,
  isTracked: boolean,
): SourceState | null {
  if (method === null || freeTruth === null) return null;
  const truth = isTracked ? 'all it has from the kernel less what the tracker counts' : freeTruth;
  return state(method, use, `${BUDGET_TRUTH}; ${truth}`);
}

function state(method: string, { readings, skipped }: MallocBudget, reason: string): SourceState {
  return { ...present('sampled', method, reason), readings, skipped };
}
