import type { Fold } from '../model/metrics.js';
import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { coversOnce, outermostRows } from '../report/outside-row.js';

/** Metrics in which the rows of stages are parts of the program's. */
const PARTS = NUMBER_METRICS.filter(({ share, fold }) => share === 'total' && (fold === 'flow' || fold === 'growth'));
const PEAKS = NUMBER_METRICS.filter(({ fold }) => fold === 'peak');

/** The report of a process, ready to be added to those of others. */
export interface CompletedReport {
  readonly report: Report;
  /** Fields that its stages have and its program lacks: a sum over all programs would be too low. */
  readonly untold: readonly NumberField[];
}

/**
 * Completes the row of the program by what its stages have. In a process that was killed, that row may lack what was
 * only read at the ends of stages: it then counts up to the last of these ends, as the stages do. Stages that
 * overlapped do not add up.
 */
export function completedReport(report: Report): CompletedReport {
  const { program, stages } = report;
  if (program === null || program === undefined || stages.length === 0) return { report, untold: [] };
  const outermost = outermostRows(stages);
  const sums = PARTS.flatMap(({ field, fold }) => {
    const sum = sumOf(outermost, field);
    return sum !== null && isShort(program[field], sum, fold, report.partial) ? [[field, sum] as const] : [];
  });
  const overlaps = outermost.some(({ overlapped_calls }) => overlapped_calls > 0);
  const isTold = report.partial === true ? !overlaps : coversOnce(outermost, report);
  const completed = isTold ? { ...program, ...Object.fromEntries(sums) } : program;
  return {
    report: { ...report, program: raised(completed, stages) },
    untold: isTold ? [] : sums.flatMap(([field]) => (program[field] === null ? [field] : [])),
  };
}

/** Whether the program has less than its stages. A growth may be less: memory is also freed outside of stages. */
function isShort(whole: number | null, sum: number, fold: Fold, partial: boolean | undefined): boolean {
  return whole === null || (partial === true && fold === 'flow' && whole < sum);
}

/** Raises the peaks of the program to those of its stages. */
function raised(program: StageRow, stages: readonly StageRow[]): StageRow {
  const peaks = PEAKS.map(({ field }) => [
    field,
    stages.reduce((high, { [field]: peak }) => (peak !== null && peak > (high ?? -1) ? peak : high), program[field]),
  ]);
  return { ...program, ...Object.fromEntries(peaks) } as StageRow;
}

/** Null where no row has the number. A row without it has no call at whose ends it was read. */
function sumOf(rows: readonly StageRow[], field: NumberField): number | null {
  const known = rows.flatMap((row) => row[field] ?? []);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
