import { Map } from '../host/intrinsics.js';
import type { SourceState } from '../sources.js';
import type { ThreadGroup } from '../thread-groups.js';
import { mergeState } from './merge-sources.js';

/** CPU of one group of threads. */
export interface ThreadGroupCpu {
  readonly group: ThreadGroup;
  /** The name that threads of addons gave themselves, at most 15 bytes of it; null for the other groups. */
  readonly name: string | null;
  /** Null where it is not known how many there were. */
  readonly threads: number | null;
  readonly cpu_s: number;
}

/** CPU of the process by group of threads. The groups add up to the CPU of the whole process. */
export interface ThreadCpu {
  /** How they were read and told apart; without threads where they could not be read. */
  readonly source: SourceState;
  readonly groups: readonly ThreadGroupCpu[];
}

/** What the members of a group mean, for the JSON Schema and docs/fields.md. */
export const GROUP_CPU_MEANING: Readonly<Record<keyof ThreadGroupCpu, string>> = {
  group: 'The kind of thread.',
  name: 'The name that threads of addons gave themselves, at most 15 bytes of it; null for the other groups.',
  threads: 'How many there are; null where that is not known.',
  cpu_s: 'CPU time in seconds since the profiler was made.',
};

/** Groups of the same name added up; what only one report has is kept. */
export function mergeThreads(a: ThreadCpu | undefined, b: ThreadCpu | undefined): ThreadCpu | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const groups = new Map<string, ThreadGroupCpu>();
  for (const row of [...a.groups, ...b.groups]) {
    const key = `${row.group} ${row.name ?? ''}`;
    const earlier = groups.get(key);
    groups.set(key, earlier === undefined ? row : sum(earlier, row));
  }
  return { source: mergeState(a.source, b.source), groups: [...groups.values()] };
}

function sum(a: ThreadGroupCpu, b: ThreadGroupCpu): ThreadGroupCpu {
  const threads = a.threads === null || b.threads === null ? null : a.threads + b.threads;
  return { ...a, threads, cpu_s: a.cpu_s + b.cpu_s };
}
