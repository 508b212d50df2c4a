import { Map } from '../host/intrinsics.js';
import type { ThreadCpu, ThreadGroupCpu } from '../model/thread-cpu.js';
import { mergeState } from './merge-sources.js';

/** Adds up groups of the same name. What only one report has is kept. */
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
