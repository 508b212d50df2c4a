import { Math, Number, Object, Set } from '../host/intrinsics.js';
import type { ModuleKib } from '../model/composition.js';
import { sourceOf } from '../model/metric-sources.js';
import { MODULE_METRICS, type ModuleMetric, NUMBER_METRICS, type NumberMetric } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { isOfThread } from '../model/thread-metrics.js';
import { stageTree } from './tree.js';

/** Stands in place of a label for the time in which no stage was open. */
export const OUTSIDE = '(outside any stage)';

/** A clock is rounded to nanoseconds once for each row and report. */
const ROUNDING_SHARE = 1e-6;
const ROUNDING_S = 1e-6;

/**
 * Every number of a row is a whole number of its unit, of nanoseconds for a time. Less is an error of subtracting
 * doubles.
 */
const LEAST = 0.5e-9;

/**
 * What the program used while no stage was open: its row less those of the outermost stages. Without stages, this is
 * the row of the program. Null if it is not known: if there is no row of the program, or if the outermost rows count
 * something twice or not at all, because stages overlapped or outlived the stage that they are in.
 */
export function outsideRow(report: Report): StageRow | null {
  const { program, stages } = report;
  if (program === null || program === undefined || stages.length === 0) return program ?? null;
  const outermost = outermostRows(stages);
  if (!coversOnce(outermost, report)) return null;
  const numbers = NUMBER_METRICS.map((metric) => [metric.field, remainder(metric, program, outermost, report)]);
  return {
    ...program,
    ...Object.fromEntries(numbers),
    ...(isOfSeveral(report) ? { wall_s: report.outside_wall_s } : {}),
    stage: OUTSIDE,
    wall_hist: [],
    ...Object.fromEntries(MODULE_METRICS.map((metric) => [metric.field, modulesLeft(metric, program, outermost)])),
    growth_by_octave: null,
  };
}

/** The rows that are in no other row. */
export function outermostRows(stages: readonly StageRow[]): StageRow[] {
  return stageTree(stages).flatMap(({ row, depth }) => (depth === 0 ? [row] : []));
}

type WallTimes = Pick<Report, 'total_wall_s' | 'outside_wall_s' | 'stages_wall_s'>;

/**
 * The elapsed time in which any stage was open, added up over the processes of a report. `total_wall_s` is that of a
 * single process, so for several processes this is not the difference of total and outside.
 */
export function stagesWallS({ stages_wall_s, total_wall_s, outside_wall_s }: WallTimes): number {
  return stages_wall_s ?? total_wall_s - outside_wall_s;
}

/** Whether the times of the outermost rows add up to the time in which any stage was open. */
export function coversOnce(outermost: readonly StageRow[], report: WallTimes): boolean {
  const sum = outermost.reduce((seconds, { wall_s }) => seconds + (wall_s ?? Number.NaN), 0);
  const stagesS = stagesWallS(report);
  const tolerance = ROUNDING_S + ROUNDING_SHARE * Math.max(report.total_wall_s, stagesS);
  return Math.abs(stagesS - sum) <= tolerance && outermost.every(({ overlapped_calls }) => overlapped_calls === 0);
}

/** Whether the rows have the elapsed time of several processes, while the total has that of one. */
function isOfSeveral(report: WallTimes): boolean {
  const { total_wall_s, outside_wall_s } = report;
  const difference = total_wall_s - outside_wall_s - stagesWallS(report);
  return Math.abs(difference) > ROUNDING_S + ROUNDING_SHARE * total_wall_s;
}

function remainder(
  metric: NumberMetric,
  program: StageRow,
  rows: readonly StageRow[],
  { sources, worker_threads }: Report,
): number | null {
  const { field, fold, share } = metric;
  const whole = program[field];
  if (share === 'self' || share === 'running' || fold === 'count') return whole;
  // The peak of the program may have been in a stage. It is still a bound of what was there outside, but no cost of the
  // outside.
  if (fold === 'peak') return field === 'native_kb_peak_max' ? null : whole;
  if (share !== 'total' || whole === null) return null;
  const source = sourceOf(metric);
  if (source !== null && (sources[source].skipped ?? 0) > 0) return null;
  // A row that only a worker thread has is blank in what is the process's.
  const blank = worker_threads !== undefined && !isOfThread(metric) ? 0 : Number.NaN;
  const left = rows.reduce((rest, row) => rest - (row[field] ?? blank), whole);
  if (Number.isNaN(left)) return null;
  if (Math.abs(left) < LEAST) return 0;
  return fold === 'growth' ? left : Math.max(0, left);
}

function modulesLeft({ field, fold }: ModuleMetric, program: StageRow, rows: readonly StageRow[]): ModuleKib | null {
  const whole = program[field];
  if (whole === null || whole === undefined) return null;
  // What a stage has let go may have been made outside.
  const names = fold === 'growth' ? rows.flatMap((row) => Object.keys(row[field] ?? {})) : [];
  const left = [...new Set([...Object.keys(whole), ...names])].map((name): [string, number] => [
    name,
    rows.reduce((rest, row) => rest - (row[field]?.[name] ?? 0), whole[name] ?? 0),
  ]);
  return Object.fromEntries(left.filter(([, kib]) => (fold === 'growth' ? kib !== 0 : kib > 0)));
}
