import { JSON, Math, Set } from '../host/intrinsics.js';
import { LONGEST_LISTED_COMMAND, MOST_PROCESSES, type ProcessEntry, type ProcessList } from '../model/process-list.js';

/** Keeps the largest processes, in the order in which they were given, and counts the others. */
export function largestProcesses(processes: readonly ProcessEntry[], more = 0): ProcessList {
  if (processes.length <= MOST_PROCESSES) return { processes, more };
  const kept = new Set(processes.toSorted(byMemory).slice(0, MOST_PROCESSES));
  return { processes: processes.filter((entry) => kept.has(entry)), more: more + processes.length - kept.size };
}

/**
 * A total order, so that the same processes are kept however reports are grouped and in whatever order they are merged.
 */
function byMemory(a: ProcessEntry, b: ProcessEntry): number {
  return memoryKib(b) - memoryKib(a) || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

/** The most memory that the process is known to have had resident; 0 if nothing is known. */
export function memoryKib({ rss_kb, rss_kb_peak }: ProcessEntry): number {
  return Math.max(rss_kb ?? 0, rss_kb_peak ?? 0);
}

/** The processes of both reports. A list that only one report has is kept. */
export function mergeProcessLists(a: ProcessList | undefined, b: ProcessList | undefined): ProcessList | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return largestProcesses([...a.processes, ...b.processes], a.more + b.more);
}

/** Shortens a command line to what a report may have, without cutting a character in two. */
export function cutCommand(command: string): string {
  if (command.length <= LONGEST_LISTED_COMMAND) return command;
  return `${command.slice(0, LONGEST_LISTED_COMMAND - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
