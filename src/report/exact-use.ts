import { Object } from '../host/intrinsics.js';
import type { Unit } from '../metrics.js';
import { SLICED } from '../slices.js';
import { kibOf, secondsOf } from './quantities.js';

/** What this thread used in all, and the part of it outside any stage. */
export interface ThreadUse {
  readonly total: number;
  readonly outside: number;
}

/** With exact attribution: `outside` and the `_self` fields of all rows add up to `total`. Null is what was not measured. */
export interface ExactUse {
  readonly thread_cpu_s: ThreadUse | null;
  readonly js_kb_alloc: ThreadUse | null;
  readonly native_kb_alloc: ThreadUse | null;
}

/** The members, each with the field of a row that belongs to it, in the order of `SLICED`. */
export const EXACT_MEMBERS = [
  { member: 'thread_cpu_s', unit: 's', self: 'thread_cpu_self_s' },
  { member: 'js_kb_alloc', unit: 'KiB', self: 'js_kb_alloc_self' },
  { member: 'native_kb_alloc', unit: 'KiB', self: 'native_kb_alloc_self' },
] as const satisfies readonly { member: keyof ExactUse; unit: Unit; self: (typeof SLICED)[number]['self'] }[];

/** @param slices in the order of `SLICED`, nanoseconds and bytes; NaN where not measured */
export function exactUse(slices: readonly ThreadUse[]): ExactUse {
  const members = EXACT_MEMBERS.map(({ member, unit, self }) => {
    const slice = slices[SLICED.findIndex((source) => source.self === self)]!;
    const read = unit === 's' ? secondsOf : kibOf;
    const total = read(slice.total);
    return [member, total === null ? null : { total, outside: read(slice.outside) ?? 0 }];
  });
  return Object.fromEntries(members) as ExactUse;
}

/** Members added up; one that only one of the two has is that one's. */
export function addExactUse(a: ExactUse | null | undefined, b: ExactUse | null | undefined): ExactUse | null {
  if (a == null || b == null) return a ?? b ?? null;
  const members = EXACT_MEMBERS.map(({ member }) => [member, addUse(a[member], b[member])]);
  return Object.fromEntries(members) as ExactUse;
}

function addUse(a: ThreadUse | null, b: ThreadUse | null): ThreadUse | null {
  if (a === null || b === null) return a ?? b;
  return { total: a.total + b.total, outside: a.outside + b.outside };
}
