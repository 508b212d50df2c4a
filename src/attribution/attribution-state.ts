import { Number } from '../host/intrinsics.js';
import type { Attribution } from '../model/options.js';
import { present, type SourceState } from '../model/sources.js';

const SHARED = 'calls counted in overlapped_calls share their deltas with others';

const DELTAS = 'deltas between the two ends of a call';

/** How exact attribution is done, or why it is not. */
export type ExactMeans = { readonly method: string; readonly missing: null } | { readonly missing: string };

/** Why there is nothing to charge, where no use of this thread can be read. */
export const NO_THREAD_USE =
  'no CPU time of this thread, JS allocation or native allocation of this thread is read (see "measure" and the other sources)';

/** @param entries how many entries of calls took over a part of the sample before them; NaN where that is not known */
export function withSharedEntries(state: SourceState, entries: number): SourceState {
  return entries > 0 && Number.isSafeInteger(entries) ? { ...state, shared_entries: entries } : state;
}

/** How costs are charged to stages that run at the same time. */
export function attributionState(asked: Attribution, means: ExactMeans | null): SourceState {
  if (asked === 'boundary' || means === null) return present('bounded', DELTAS, SHARED);
  if (means.missing !== null) return present('bounded', DELTAS, `not exact: ${means.missing}; ${SHARED}`);
  return present(
    'exact',
    means.method,
    `thread_cpu_s, js_kb_alloc and the _self fields of this thread; all others are ${DELTAS}, and ${SHARED}`,
  );
}
