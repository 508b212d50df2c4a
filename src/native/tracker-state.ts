import { Number } from '../host/intrinsics.js';
import { present, type SourceState, TRACKER_METHOD } from '../model/sources.js';
import type { HeapSource, TrackerSource } from './addon.js';
import { backingStoresTruth } from './allocator-state.js';

const TRACKER_TRUTH =
  'live blocks are counted in batches of a thread; a peak may be off by Buffers that came and went in the call';

/** What the tracker could not follow. */
export type Missed = Pick<TrackerSource, 'modulesMissed' | 'mappingsMissed' | 'liveMissed'>;

/**
 * The state of native memory that the tracker counts.
 *
 * @param heapFault why the addon cannot read the V8 heap, null when it can
 */
export function trackerState(
  { boundBytes, liveRate, ...missed }: Omit<TrackerSource, 'failure'>,
  { hasBackingStores }: Pick<HeapSource, 'hasBackingStores'>,
  heapFault: string | null,
): SourceState {
  const truth = [TRACKER_TRUTH, backingStoresTruth(hasBackingStores), ...liveTexts(liveRate)].join('; ');
  const reason = heapFault === null ? truth : `${truth}; live native memory is null, since ${heapFault}`;
  return countedState(present('bounded', TRACKER_METHOD, reason), boundBytes, missed);
}

/** The state with what is only known when the tracker has counted for a while. */
export function countedState(state: SourceState, boundBytes: number, missed: Missed): SourceState {
  const reason = [...(state.reason === undefined ? [] : [state.reason]), ...missedTexts(missed)].join('; ');
  return { ...state, bound_kb: boundBytes / 1024, ...(reason === '' ? {} : { reason }) };
}

function liveTexts(rate: number): string[] {
  if (Number.isNaN(rate)) return [];
  return [`live blocks by module are sampled, one in ${rate / 1024} KiB on average`];
}

function missedTexts({ modulesMissed, mappingsMissed, liveMissed }: Missed): string[] {
  return [
    ...(modulesMissed > 0 ? [`module table full, ${modulesMissed} look-ups charged to (unknown)`] : []),
    ...(mappingsMissed > 0 ? [`${mappingsMissed} mappings not followed`] : []),
    ...(liveMissed > 0 ? [`${liveMissed} live blocks had no room in the sample`] : []),
  ];
}
