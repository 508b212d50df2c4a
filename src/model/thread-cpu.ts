import type { SourceState } from './sources.js';

/**
 * Groups of threads in the order in which they are shown, with their meaning. docs/threads.md tells how a thread gets
 * its group.
 */
export const THREAD_GROUPS = {
  this_thread: 'The JS thread of this profiler.',
  js_threads: 'Other threads that run JavaScript: the main thread, and workers.',
  v8_helpers: "V8's own threads: collections, compilation, and the scheduler of delayed tasks.",
  libuv_pool: 'The pool of libuv: fs, crypto, zlib, dns, and the asynchronous work of addons.',
  node_helpers: "Node's thread that waits for the signal to open the inspector.",
  named_threads: 'Threads of addons, by the name they gave themselves.',
  unnamed_threads:
    'Threads without a name that nothing tells apart: those of addons, and workers of Node 20 and 22 without a profiler.',
  ended_threads: 'Threads that have ended since: what the process used, less what its living threads used.',
} as const;

export type ThreadGroup = keyof typeof THREAD_GROUPS;

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
  /** How the threads were read and told apart. There are no groups where they could not be read. */
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
