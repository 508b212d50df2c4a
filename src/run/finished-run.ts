import type { Report } from '../model/report.js';

/** What is known of a run when its program has ended. */
export interface FinishedRun {
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

export function hasReports({ processes }: Report): boolean {
  return processes !== undefined && processes > 0;
}

/** Whether the program stayed at or below the peak from which the kernel counts. */
export function isAtFloor({ peakRssKib, floorKib }: OsAccounting): boolean {
  return peakRssKib <= floorKib;
}
