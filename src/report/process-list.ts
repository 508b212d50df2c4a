import { JSON, Math, Set } from '../host/intrinsics.js';
import type { Composition } from './composition.js';

/** A process of a run, told by its own report, by what was seen of it from outside, or by both. */
export interface ProcessEntry {
  readonly pid: number;
  /** The process that started it; null where that was not seen. */
  readonly parent: number | null;
  readonly command: string | null;
  readonly exit: number | string | null;
  readonly wall_s: number | null;
  readonly cpu_s: number | null;
  readonly rss_kb: number | null;
  readonly rss_kb_peak: number | null;
  readonly composition: Composition | null;
  readonly stages: boolean;
}

/** The processes of a run, parents before their children. */
export interface ProcessList {
  readonly processes: readonly ProcessEntry[];
  /** How many others there were. */
  readonly more: number;
}

/** What the members of a process mean, for the JSON Schema and docs/fields.md. */
export const PROCESS_MEANING: Readonly<Record<keyof ProcessEntry, string>> = {
  pid: 'Process id.',
  parent: 'Id of the process that started it; null where that was not seen.',
  command: 'Its command line, shortened; null where it was not seen.',
  exit: 'Exit code, or the signal that ended it; null where that is not known: it is of the program itself alone.',
  wall_s: 'Elapsed time: of its profiler, or from its start to when it was last seen, whichever is longer.',
  cpu_s: 'CPU time: by its profiler, or when it was last seen, whichever is more.',
  rss_kb: 'Resident set at the end of its report, else when it was last seen.',
  rss_kb_peak: 'Highest resident set.',
  composition: 'Who held its memory, as `composition` of its report; null without one.',
  stages: 'Whether it opened stages: what a process without them used is in no row, unless no process opened any.',
};

/** So many are listed. */
export const MOST_PROCESSES = 16;

/** Longer command lines are cut. */
export const LONGEST_COMMAND = 256;

/** The largest of some processes, in the order in which they stand there, and how many others there were. */
export function largestProcesses(processes: readonly ProcessEntry[], more = 0): ProcessList {
  if (processes.length <= MOST_PROCESSES) return { processes, more };
  const kept = new Set(processes.toSorted(byMemory).slice(0, MOST_PROCESSES));
  return { processes: processes.filter((entry) => kept.has(entry)), more: more + processes.length - kept.size };
}

/** The same ones stay, however reports are grouped and in whatever order they are merged. */
function byMemory(a: ProcessEntry, b: ProcessEntry): number {
  return memoryKib(b) - memoryKib(a) || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

/** The most that it is known to have had resident; 0 where nothing is known. */
export function memoryKib({ rss_kb, rss_kb_peak }: ProcessEntry): number {
  return Math.max(rss_kb ?? 0, rss_kb_peak ?? 0);
}

/** Those of both reports; what only one report has is kept. */
export function mergeProcessLists(a: ProcessList | undefined, b: ProcessList | undefined): ProcessList | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return largestProcesses([...a.processes, ...b.processes], a.more + b.more);
}

/** A command line that a report can hold: whole characters. */
export function cutCommand(command: string): string {
  if (command.length <= LONGEST_COMMAND) return command;
  return `${command.slice(0, LONGEST_COMMAND - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
