import { Number, Set } from '../host/intrinsics.js';
import { sumOfModules } from '../model/composition.js';
import { quantileSeconds } from '../model/histogram.js';
import type { MetricField } from '../model/metrics.js';
import type { StageRow } from '../model/report.js';

export interface Ranking {
  /** The field to sort by, highest value first. The histogram counts by its median, modules by their sum, growth
   * by octave by that of the last octave. */
  readonly sort?: MetricField | undefined;
  /** How many rows to keep: the highest in `sort`, or without it those that took longest. */
  readonly top?: number | undefined;
}

/** The rows to show, in the order of `sort`, or without it in their own order. */
export function rank(rows: readonly StageRow[], { sort, top }: Ranking): readonly StageRow[] {
  if (sort === undefined && top === undefined) return rows;
  // Two rows without a value differ by NaN, which a sort takes for equal.
  const ranked = rows.toSorted((a, b) => rankingValue(b, sort ?? 'wall_s') - rankingValue(a, sort ?? 'wall_s'));
  const kept = top === undefined ? ranked : ranked.slice(0, top);
  if (sort !== undefined) return kept;
  const keep = new Set(kept);
  return rows.filter((row) => keep.has(row));
}

/** A row without a value ranks below every other. */
function rankingValue(row: StageRow, field: MetricField): number {
  return fieldValue(row, field) ?? Number.NEGATIVE_INFINITY;
}

function fieldValue(row: StageRow, field: MetricField): number | null {
  if (field === 'wall_hist') return quantileSeconds(row.wall_hist, 0.5);
  if (field === 'growth_by_octave') return lastGrowth(row);
  if (field !== 'native_modules' && field !== 'native_live_modules') return row[field];
  const modules = row[field];
  return modules && sumOfModules(modules);
}

/** The growth in the last octave: that of a leak is the largest, that of a cache is small. */
function lastGrowth({ growth_by_octave: octaves }: StageRow): number | null {
  return octaves?.at(-1)?.[1] ?? null;
}
