import type { Attribution } from './options.js';
import { present, type SourceState } from './sources.js';

const SHARED = 'calls counted in overlapped_calls share their deltas with others';

/** How costs are charged to stages that run at the same time. */
export function attributionState(asked: Attribution): SourceState {
  const reason = asked === 'boundary' ? SHARED : `exact attribution is not available in this version; ${SHARED}`;
  return present('bounded', 'deltas between the two ends of a call', reason);
}
