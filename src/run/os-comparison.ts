import type { Note } from '../render/notes.js';
import { amountOf, type QuantityName } from '../render/reconciled-amounts.js';
import { inline } from '../text/format.js';
import { type FinishedRun, hasReports, isAtFloor, type OsAccounting } from './finished-run.js';
import { cpuReason, peakReason, wallReason } from './os-reasons.js';

/** The same cost by two accounts. Null where an account does not have it. */
export interface OsComparison {
  readonly what: QuantityName;
  readonly os: number | null;
  readonly profiler: number | null;
  readonly difference: number | null;
  readonly reason: string;
}

/** Wall and CPU in seconds, the peak in KiB. */
export function compareWithOs(run: FinishedRun): OsComparison[] {
  const { wallS, os, program, merged } = run;
  return [
    compare('wall', wallS, program?.total_wall_s ?? null, (less) => wallReason(run, less)),
    compare('cpu', os?.cpuS ?? null, hasReports(merged) ? merged.total_cpu_s : null, (less) => cpuReason(run, less)),
    compare('rss peak', peakOf(os), hasReports(merged) ? merged.rss_kb_peak : null, (less) => peakReason(run, less)),
  ];
}

function compare(
  what: QuantityName,
  os: number | null,
  profiler: number | null,
  reason: (difference: number | null) => string,
): OsComparison {
  const difference = os === null || profiler === null ? null : os - profiler;
  return { what, os, profiler, difference, reason: reason(difference) };
}

/** Null at the floor: the kernel does not tell how far below it the program stayed. */
function peakOf(os: OsAccounting | null): number | null {
  return os === null || isAtFloor(os) ? null : os.peakRssKib;
}

/** The same in one line a quantity, for those that both accounts have. */
export function osNotes(run: FinishedRun): Note[] {
  return compareWithOs(run)
    .filter(({ difference }) => difference !== null)
    .map(({ what, os, profiler, difference, reason }) => {
      const [byOs, own, more] = [amountOf(what, os), amountOf(what, profiler), amountOf(what, difference, true)].map(
        inline,
      );
      const why = reason === '' ? '' : `: ${reason}`;
      return { key: `${what} by the OS`, text: `${byOs}, by the profiler ${own}, ${more}${why}` };
    });
}
