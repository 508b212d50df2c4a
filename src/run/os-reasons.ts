import { inline, size } from '../text/format.js';
import { type FinishedRun, hasReports, isAtFloor } from './finished-run.js';

/** The work of node before the first line of a program and after the last. */
const NODE_ITSELF = "node's start and end";

/** Empty, because the lack of a report is said above the table. */
const NO_REPORT = '';

export function wallReason({ program, merged }: FinishedRun, difference: number | null): string {
  if (difference !== null) return `${NODE_ITSELF}, before the profiler and after it`;
  if (program === undefined && hasReports(merged)) return 'the program itself is no node process with a report';
  return NO_REPORT;
}

export function cpuReason(
  { os, osMissing, merged, lost, launchers, program }: FinishedRun,
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

export function peakReason(
  { os, osMissing, merged, resetsPeak, launchers, program }: FinishedRun,
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
