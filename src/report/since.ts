import { Map, Math, Object } from '../host/intrinsics.js';
import { EXACT_MEMBERS, type ExactUse, type ThreadUse } from '../model/exact-use.js';
import type { HistogramPairs } from '../model/histogram.js';
import { NUMBER_METRICS, type NumberMetric } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { formatWarning, parseWarning } from '../model/warnings.js';
import { stagesWallS } from './outside-row.js';

/**
 * What a report has that an earlier report of the same profiler did not have: a thread that works for one input after
 * another has one profiler for all of them. Sums are differences. A highest value is known only if it was reached since;
 * otherwise it is null. Rows that nothing was added to are left out.
 */
export function since(before: Report, now: Report): Report {
  const earlier = new Map(before.stages.map((row) => [row.stage, row]));
  const stages = now.stages.map((row) => rowSince(earlier.get(row.stage), row));
  return {
    ...now,
    total_wall_s: minus(now.total_wall_s, before.total_wall_s),
    overhead_s: difference(before.overhead_s, now.overhead_s),
    labels_folded: now.labels_folded - before.labels_folded,
    stages_wall_s: minus(stagesWallS(now), stagesWallS(before)),
    exact: now.exact && exactSince(before.exact, now.exact),
    warnings: warningsSince(before.warnings, now.warnings),
    program: now.program && rowSince(before.program ?? undefined, now.program),
    stages: stages.filter(({ calls, open, wall_s }) => calls > 0 || open > 0 || (wall_s ?? 0) > 0),
  };
}

function rowSince(before: StageRow | undefined, now: StageRow): StageRow {
  if (before === undefined) return now;
  const numbers = NUMBER_METRICS.map((metric) => [
    metric.field,
    numberSince(metric, before[metric.field], now[metric.field]),
  ]);
  return { ...now, ...Object.fromEntries(numbers), wall_hist: pairsSince(before.wall_hist, now.wall_hist) };
}

function numberSince({ field, fold }: NumberMetric, before: number | null, now: number | null): number | null {
  // Not a sum: the calls that are open now.
  if (field === 'open') return now;
  if (fold === 'peak' || fold === 'max') return before === null || (now !== null && now > before) ? now : null;
  return difference(before, now);
}

/** What was added to a sum; null where it is not known. */
export function difference(before: number | null, now: number | null): number | null {
  return before === null || now === null ? now : minus(now, before);
}

/** Every number is a whole number of its unit, of nanoseconds for a time: the rest is an error of subtracting doubles. */
function minus(now: number, before: number): number {
  return Math.round((now - before) * 1e9) / 1e9;
}

function pairsSince(before: HistogramPairs, now: HistogramPairs): HistogramPairs {
  const counts = new Map(before);
  return now
    .map(([bucket, count]) => [bucket, count - (counts.get(bucket) ?? 0)] as const)
    .filter(([, count]) => count > 0);
}

function exactSince(before: ExactUse | null, now: ExactUse): ExactUse {
  const members = EXACT_MEMBERS.map(({ member }) => [member, useSince(before?.[member], now[member])]);
  return Object.fromEntries(members) as ExactUse;
}

function useSince(before: ThreadUse | null | undefined, now: ThreadUse | null): ThreadUse | null {
  if (now === null || before === null || before === undefined) return now;
  return { total: minus(now.total, before.total), outside: minus(now.outside, before.outside) };
}

function warningsSince(before: readonly string[], now: readonly string[]): string[] {
  const earlier = new Map(before.map((warning) => [parseWarning(warning).text, parseWarning(warning).count ?? 1]));
  return now.flatMap((warning) => {
    const { text, count } = parseWarning(warning);
    const more = (count ?? 1) - (earlier.get(text) ?? 0);
    if (more <= 0) return [];
    return [count === null ? text : formatWarning(text, more)];
  });
}
