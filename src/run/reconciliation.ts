import type { Report } from '../model/report.js';
import { amountOf, type QuantityName, withReason } from '../render/reconciled-amounts.js';
import { inline, size } from '../text/format.js';
import { GAP, labelColumn, numberColumn } from '../text/grid.js';
import { painter } from '../text/paint.js';

/** What is known of a run when its program has ended. */
export interface MeasuredRun {
  /** From the start of the program to its end. */
  readonly wallS: number;
  /** What the OS has charged to the program and to the children it waited for; null where it was not read. */
  readonly os: OsAccounting | null;
  /** Why `os` is null. */
  readonly osMissing: string | null;
  /** The report of the program itself, where it is a node process that left one. */
  readonly program: Report | undefined;
  /** The report of all node processes; `processes` is how many. */
  readonly merged: Report;
  readonly lost: number;
  /** Processes above those with stages, which are in none of the profiler's numbers. */
  readonly launchers: number;
  /** Whether the profiler resets the peak, which lowers what the OS reads. */
  readonly resetsPeak: boolean;
}

export interface OsAccounting {
  readonly cpuS: number;
  readonly peakRssKib: number;
  /** Peak of the process that started the program: the kernel counts from there. */
  readonly floorKib: number;
}

/** The same cost by two accounts. Null where an account does not have it. */
export interface Reconciled {
  readonly what: QuantityName;
  readonly os: number | null;
  readonly profiler: number | null;
  readonly difference: number | null;
  readonly reason: string;
}

/** Wall and CPU in seconds, the peak in KiB. */
export function reconcile(run: MeasuredRun): Reconciled[] {
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
): Reconciled {
  const difference = os === null || profiler === null ? null : os - profiler;
  return { what, os, profiler, difference, reason: reason(difference) };
}

function hasReports({ processes }: Report): boolean {
  return processes !== undefined && processes > 0;
}

/** Null at the floor: the kernel does not tell how far below it the program stayed. */
function peakOf(os: OsAccounting | null): number | null {
  return os === null || isAtFloor(os) ? null : os.peakRssKib;
}

function isAtFloor({ peakRssKib, floorKib }: OsAccounting): boolean {
  return peakRssKib <= floorKib;
}

/** The work of node before the first line of a program and after the last, and the profiler's own calibration. */
const NODE_ITSELF = "node's start and end";

/** Empty, because the lack of a report is said above the table. */
const NO_REPORT = '';

function wallReason({ program, merged }: MeasuredRun, difference: number | null): string {
  if (difference !== null) return `${NODE_ITSELF}, before the profiler and after it`;
  if (program === undefined && hasReports(merged)) return 'the program itself is no node process with a report';
  return NO_REPORT;
}

function cpuReason(
  { os, osMissing, merged, lost, launchers, program }: MeasuredRun,
  difference: number | null,
): string {
  if (os === null) return osMissing ?? 'not read';
  if (difference === null) return hasReports(merged) ? 'cpu was not measured' : NO_REPORT;
  if (difference < 0) return 'processes that nobody waited for are not in the sum of the OS';
  const parts = [NODE_ITSELF, 'children without stages'];
  if (lost > 0) parts.push(`${lost} without a report`);
  if (program === undefined) parts.push('the program itself');
  else if (launchers > 0) parts.push('launchers');
  return parts.join(', ');
}

function peakReason(
  { os, osMissing, merged, resetsPeak, launchers, program }: MeasuredRun,
  difference: number | null,
): string {
  if (os === null) return osMissing ?? 'not read';
  if (isAtFloor(os)) {
    return `the OS counts from the ${inline(size(os.floorKib))} of stageprof itself, which no process exceeded`;
  }
  if (difference === null) return hasReports(merged) ? 'rss was not measured' : NO_REPORT;
  const bound = merged.sources.rss_peak.bound_kb;
  if (bound !== undefined && Math.abs(difference) <= bound)
    return `within ${inline(size(bound))}, the kernel's own error`;
  if (difference < 0) {
    return resetsPeak ? 'lowered by --rss-peak reset' : 'a process that nobody waited for is not in the view of the OS';
  }
  if (program === undefined || launchers > 0) return 'of a process without stages';
  return 'after the last reading, or of a child without stages';
}

export interface ReconciliationOptions {
  readonly width?: number | undefined;
  readonly colour?: boolean | undefined;
}

/** The two accounts side by side, one quantity a line, each with the reason for the difference. */
export function renderReconciliation(run: MeasuredRun, options: ReconciliationOptions = {}): string {
  const { width = Number.POSITIVE_INFINITY, colour = false } = options;
  const paint = painter(colour);
  const lines = reconcile(run);
  const labels = labelColumn(['', ...lines.map(({ what }) => what)], Number.POSITIVE_INFINITY);
  const columns = [
    numberColumn(
      'OS',
      lines.map(({ what, os }) => amountOf(what, os)),
    ),
    numberColumn(
      'profiler',
      lines.map(({ what, profiler }) => amountOf(what, profiler)),
    ),
    numberColumn(
      'difference',
      lines.map(({ what, difference }) => amountOf(what, difference, true)),
    ),
  ];
  if (!hasReports(run.merged)) columns.length = 1;
  const heading = [labels.cells[0]!, ...columns.map(({ cells }) => cells[0]!)].join(GAP);
  const body = lines.flatMap(({ reason }, index) => {
    const numbers = [labels, ...columns].map(({ cells }) => cells[index + 1]!).join(GAP);
    return withReason(numbers, reason, width, (line) => paint('dim', line));
  });
  return `${[paint('dim', heading.trimEnd()), ...body].join('\n')}\n`;
}
