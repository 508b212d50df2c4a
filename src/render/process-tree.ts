import { Map, Math } from '../host/intrinsics.js';
import type { ProcessEntry } from '../model/process-list.js';
import type { ReportHeader } from '../model/report.js';
import { memoryKib } from '../report/process-list.js';

/** The processes of a run in order: each below its parent, siblings by the memory of what is below them. */
export interface ProcessView {
  readonly lines: readonly ProcessLine[];
  /** How many processes the report does not list. */
  readonly more: number;
}

export interface ProcessLine {
  readonly entry: ProcessEntry;
  /** 0 if the parent is not listed. */
  readonly depth: number;
}

/** Null if there was a single process. */
export function processesOf({ process_list: list }: Pick<ReportHeader, 'process_list'>): ProcessView | null {
  if (list === undefined || list.processes.length + list.more < 2) return null;
  return { lines: linesOf(list.processes), more: list.more };
}

function linesOf(processes: readonly ProcessEntry[]): ProcessLine[] {
  const parents = new Map(processes.map((entry, index) => [entry, parentOf(entry, processes.slice(0, index))]));
  const largest = new Map<ProcessEntry, number>();
  // Children come after their parents in the list.
  for (const entry of processes.toReversed()) {
    const most = Math.max(largest.get(entry) ?? 0, memoryKib(entry));
    largest.set(entry, most);
    const parent = parents.get(entry);
    if (parent !== undefined) largest.set(parent, Math.max(largest.get(parent) ?? 0, most));
  }
  const childrenOf = (parent: ProcessEntry | undefined, depth: number): ProcessLine[] =>
    processes
      .filter((entry) => parents.get(entry) === parent)
      .sort((a, b) => largest.get(b)! - largest.get(a)!)
      .flatMap((entry) => [{ entry, depth }, ...childrenOf(entry, depth + 1)]);
  return childrenOf(undefined, 0);
}

/** The system reuses process ids, so the parent is the last process of that id before the child. */
function parentOf({ parent }: ProcessEntry, before: readonly ProcessEntry[]): ProcessEntry | undefined {
  return parent === null ? undefined : before.findLast(({ pid }) => pid === parent);
}
