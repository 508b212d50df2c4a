import { JSON, Math, Object } from '../host/intrinsics.js';
import {
  OPTIONAL_SOURCE_NAMES,
  SOURCE_NAMES,
  type SourceName,
  type SourceState,
  type Sources,
  stateOf,
  type Truth,
  weaker,
} from '../model/sources.js';

/** The end of the reason of a merged state that does not hold for all of its reports. */
const DIFFERS = 'the weakest of merged reports that differ';

/**
 * The weaker state of each source. The order and the grouping of the reports do not change the result, because the
 * tasks of an array job finish in any order.
 */
export function mergeSources(a: Sources, b: Sources): Sources {
  const merged = SOURCE_NAMES.map((name) => [name, mergeState(stateOf(a, name), stateOf(b, name))] as const);
  // Those that were not asked for in one of the reports are what the other says.
  const optional = OPTIONAL_SOURCE_NAMES.flatMap((name) => {
    const [left, right] = [a[name] ?? b[name], b[name] ?? a[name]];
    return left === undefined || right === undefined ? [] : [[name, mergeState(left, right)] as const];
  });
  return Object.fromEntries([...merged, ...optional]) as Record<SourceName, SourceState>;
}

export function mergeState(a: SourceState, b: SourceState): SourceState {
  // The fast path of a merge of thousands: nearly all reports of a corpus come from machines that are alike.
  if (isEqual(a, b)) return { ...a, ...sums(a, b) };
  const left = withoutNotice(a);
  const right = withoutNotice(b);
  const weakest = left.truth === right.truth ? first(left, right) : weaker(left, right);
  const differs = left !== a || right !== b || describe(left) !== describe(right);
  const { truth, method, reason } = weakest;
  const bound = mergeBound(left, right, weakest.truth);
  const noticed = differs ? (reason ? `${reason}; ${DIFFERS}` : DIFFERS) : reason;
  return {
    available: [left, right].every((side) => side.truth !== weakest.truth || side.available),
    truth,
    method,
    ...(bound === undefined ? {} : { bound_kb: bound }),
    // Without an allocator in common there is no advice, because advice for one would be wrong for the other.
    ...(left.allocator === undefined || left.allocator !== right.allocator ? {} : { allocator: left.allocator }),
    ...sums(a, b),
    ...(noticed === undefined ? {} : { reason: noticed }),
  };
}

function isEqual(a: SourceState, b: SourceState): boolean {
  return (
    a.truth === b.truth &&
    a.method === b.method &&
    a.reason === b.reason &&
    a.bound_kb === b.bound_kb &&
    a.allocator === b.allocator &&
    a.available === b.available
  );
}

/** The counts of a source that are added up. */
export const SOURCE_COUNTS = ['readings', 'skipped', 'shared_entries'] as const;

function sums(a: SourceState, b: SourceState): Partial<SourceState> {
  const counted = SOURCE_COUNTS.filter((member) => a[member] !== undefined || b[member] !== undefined);
  return Object.fromEntries(counted.map((member) => [member, (a[member] ?? 0) + (b[member] ?? 0)]));
}

/**
 * The wider bound of the states that set the truth. None if one of them has none, because an unknown bound is the
 * widest.
 */
function mergeBound(a: SourceState, b: SourceState, truth: Truth): number | undefined {
  let bound = 0;
  for (const side of [a, b]) {
    if (side.truth !== truth) continue;
    if (side.bound_kb === undefined) return undefined;
    bound = Math.max(bound, side.bound_kb);
  }
  return bound;
}

/** Chooses between two states of the same truth. The choice does not depend on their order. */
function first(a: SourceState, b: SourceState): SourceState {
  return describe(a) <= describe(b) ? a : b;
}

// Without the bound, which differs with the number of CPUs of a machine: the merged bound says all that matters.
function describe({ truth, method, reason }: SourceState): string {
  return JSON.stringify([truth, method, reason]);
}

/** The state without the note of a merge that it differs from others; the same object if there is no note. */
function withoutNotice(state: SourceState): SourceState {
  if (state.reason === undefined || !state.reason.endsWith(DIFFERS)) return state;
  const { reason, ...rest } = state;
  const bare = reason.slice(0, -DIFFERS.length).replace(/; $/, '');
  return bare === '' ? rest : { ...rest, reason: bare };
}
