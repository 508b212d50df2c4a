import { JSON, Math, Object } from '../host/intrinsics.js';
import { SOURCE_NAMES, type SourceState, type Sources, type Truth, weaker } from '../model/sources.js';

/** Ends the reason of a merged state that is not true of all the reports behind it. */
const DIFFERS = 'the weakest of merged reports that differ';

/**
 * The weaker state of each source. The result depends only on the set of states merged, not on their order or
 * grouping: reports of one corpus are merged in whatever order the tasks of an array job finish.
 */
export function mergeSources(a: Sources, b: Sources): Sources {
  return Object.fromEntries(SOURCE_NAMES.map((name) => [name, mergeState(a[name], b[name])])) as Record<
    (typeof SOURCE_NAMES)[number],
    SourceState
  >;
}

export function mergeState(a: SourceState, b: SourceState): SourceState {
  // Nearly all reports of a corpus come from like machines: this is what a merge of thousands takes.
  if (isEqual(a, b)) return { ...a, ...sum('readings', a, b), ...sum('skipped', a, b) };
  const left = withoutNotice(a);
  const right = withoutNotice(b);
  const weakest = left.truth === right.truth ? first(left, right) : weaker(left, right);
  const differs = left !== a || right !== b || describe(left) !== describe(right);
  const { bound_kb: _, allocator: _allocator, readings: _readings, skipped: _skipped, reason, ...state } = weakest;
  const bound = mergeBound(left, right, weakest.truth);
  const noticed = differs ? (reason ? `${reason}; ${DIFFERS}` : DIFFERS) : reason;
  return {
    ...state,
    available: [left, right].every((side) => side.truth !== weakest.truth || side.available),
    ...(bound === undefined ? {} : { bound_kb: bound }),
    // Advice for one allocator would be wrong for the other.
    ...(left.allocator === undefined || left.allocator !== right.allocator ? {} : { allocator: left.allocator }),
    ...sum('readings', a, b),
    ...sum('skipped', a, b),
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

function sum<M extends 'readings' | 'skipped'>(member: M, a: SourceState, b: SourceState): { [K in M]?: number } {
  if (a[member] === undefined && b[member] === undefined) return {};
  return { [member]: (a[member] ?? 0) + (b[member] ?? 0) } as { [K in M]: number };
}

/** The wider bound; none where one of the states that set the truth has none: an unknown bound is the widest. */
function mergeBound(a: SourceState, b: SourceState, truth: Truth): number | undefined {
  let bound = 0;
  for (const side of [a, b]) {
    if (side.truth !== truth) continue;
    if (side.bound_kb === undefined) return undefined;
    bound = Math.max(bound, side.bound_kb);
  }
  return bound;
}

/** Of two states with the same truth always the same one, whichever comes first. */
function first(a: SourceState, b: SourceState): SourceState {
  return describe(a) <= describe(b) ? a : b;
}

// Bounds are left out: machines differ in their number of CPUs, and the merged bound says all there is to say.
function describe({ truth, method, reason }: SourceState): string {
  return JSON.stringify([truth, method, reason]);
}

/** The state as it was before a merge noted that it differs from others; the same object where none did. */
function withoutNotice(state: SourceState): SourceState {
  if (state.reason === undefined || !state.reason.endsWith(DIFFERS)) return state;
  const { reason, ...rest } = state;
  const bare = reason.slice(0, -DIFFERS.length).replace(/; $/, '');
  return bare === '' ? rest : { ...rest, reason: bare };
}
