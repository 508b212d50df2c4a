import { Object } from '../host/intrinsics.js';
import { EXACT_MEMBERS, type ExactUse, type ThreadUse } from '../model/exact-use.js';
import { kibOf, secondsOf } from '../model/quantities.js';

/** @param uses in the order of `EXACT_MEMBERS`, nanoseconds and bytes; NaN for what was not measured */
export function exactUse(uses: readonly ThreadUse[]): ExactUse {
  const members = EXACT_MEMBERS.map(({ member, unit }, index) => {
    const use = uses[index]!;
    const read = unit === 's' ? secondsOf : kibOf;
    const total = read(use.total);
    return [member, total === null ? null : { total, outside: read(use.outside) ?? 0 }];
  });
  return Object.fromEntries(members) as ExactUse;
}

/** Adds up the members. A member that only one of the two has is taken as it is. */
export function addExactUse(a: ExactUse | null | undefined, b: ExactUse | null | undefined): ExactUse | null {
  if (a == null || b == null) return a ?? b ?? null;
  const members = EXACT_MEMBERS.map(({ member }) => [member, addUse(a[member], b[member])]);
  return Object.fromEntries(members) as ExactUse;
}

function addUse(a: ThreadUse | null, b: ThreadUse | null): ThreadUse | null {
  if (a === null || b === null) return a ?? b;
  return { total: a.total + b.total, outside: a.outside + b.outside };
}
