import { Math, Set } from '../host/intrinsics.js';
import type { CompositionPart } from '../model/composition.js';
import { type FindingField, limit, type RowInContext } from './rule.js';

// What a row grew by is no more than what was still there when the program ended: another stage may have given it back.

/** So much of what is told has to be of this row for certain. */
const LEAST_SHARE = 0.5;

type HeldPart = CompositionPart | 'other_kb';

/** Parts of the resident set when the report was made, if every process had as much of them as the largest one. */
export function atEndKib(
  parts: readonly HeldPart[],
  { composition, processes }: Pick<RowInContext, 'composition' | 'processes'>,
): number | null {
  let sum = 0;
  for (const part of parts) {
    const kib = composition?.[part] ?? null;
    if (kib === null) return null;
    sum += Math.max(0, kib);
  }
  return sum * processes;
}

/** The growth of the whole program in a field; null if it is not known. */
function ofProgramKib(field: FindingField, { program }: RowInContext): number | null {
  const kib = program?.[field];
  return typeof kib === 'number' ? kib : null;
}

/** These have garbage, which is freed in whatever row a collection comes, unless collections were forced. */
const HAS_GARBAGE: ReadonlySet<FindingField> = new Set<FindingField>([
  'js_kb_delta',
  'external_kb_delta',
  'buffers_kb_delta',
]);

/**
 * As much of a growth as the program kept: no more than its own growth in `field`, and no more than `parts` have in the
 * end. Where neither is known, all of it. What the program kept may be of another row, where others freed more than they
 * made: 0 unless half of it is left even if that was all from this row.
 */
export function keptKib(
  growthKib: number,
  field: FindingField,
  parts: readonly HeldPart[],
  given: RowInContext,
): number {
  const keptKib = Math.min(
    growthKib,
    ofProgramKib(field, given) ?? growthKib,
    parts.length === 0 ? growthKib : (atEndKib(parts, given) ?? growthKib),
  );
  // Less is told nowhere, and need not be compared with all other rows.
  if (keptKib < limit('least_retained_kb') || (HAS_GARBAGE.has(field) && !given.collected)) return keptKib;
  const freedKib = given.tree?.freedElsewhereKib(field, given.row.stage) ?? 0;
  return growthKib - freedKib < LEAST_SHARE * keptKib ? 0 : keptKib;
}

const LEVELS = [
  'js_kb_delta',
  'external_kb_delta',
  'native_kb_delta',
  'allocator_kb_delta',
  'workers_kb_delta',
  'file_kb_delta',
] as const satisfies readonly FindingField[];

/** The most by which something can have become resident in a row: what others gave back meanwhile made room for it. */
export function roomKib(rssKib: number, { row }: Pick<RowInContext, 'row'>): number {
  return LEVELS.reduce((room, field) => room + Math.max(0, -(row[field] ?? 0)), rssKib);
}

/** By how much the JS heap may have grown: its peak where the growth is not known. */
export function jsGrowthKib({ row }: RowInContext, peakKib: number): number {
  return typeof row.js_kb_delta === 'number' ? Math.max(0, row.js_kb_delta) : peakKib;
}
