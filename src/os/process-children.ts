import { existsSync } from 'node:fs';
import { readProcessStat } from './process-stat.js';
import { namesIn, textIn } from './read-if-possible.js';

/** Tells which processes a process has started and not yet waited for. */
export type ChildrenOf = (pid: number) => readonly number[];

/**
 * Reads the kernel's own list of children where there is one. Otherwise reads the parents of all processes, once.
 * A process whose parent has ended is not the child of any process that is asked about.
 */
export function childrenReader(): ChildrenOf {
  return existsSync(`/proc/${process.pid}/task/${process.pid}/children`) ? listedChildren : scannedChildren();
}

function listedChildren(pid: number): number[] {
  const threads = namesIn(`/proc/${pid}/task`);
  return threads.flatMap((thread) => {
    const ids = (textIn(`/proc/${pid}/task/${thread}/children`) ?? '').trim();
    return ids === '' ? [] : ids.split(' ').map(Number);
  });
}

export function scannedChildren(): ChildrenOf {
  const children = new Map<number, number[]>();
  for (const name of namesIn('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? readProcessStat(pid)?.parentPid : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return (pid) => children.get(pid) ?? [];
}
