import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { readLiveProcessStat } from '../os/process-stat.js';

export interface ProcessMemory {
  readonly rssKib: number | null;
  readonly peakRssKib: number | null;
}

export function readMemory(pid: number): ProcessMemory {
  const status = textOf(`/proc/${pid}/status`) ?? '';
  const kibOf = (name: string) => {
    const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    return kib === undefined ? null : Number(kib);
  };
  return { rssKib: kibOf('VmRSS'), peakRssKib: kibOf('VmHWM') };
}

const command = Buffer.alloc(1024);

/** The arguments with spaces between them, of which a part is enough; null where there are none. */
export function readCommand(pid: number): string | null {
  try {
    const file = openSync(`/proc/${pid}/cmdline`, 'r');
    try {
      const length = readSync(file, command, 0, command.length, 0);
      const text = command.toString('utf8', 0, length).replace(/\0+$/, '').replaceAll('\0', ' ');
      return text === '' ? null : text;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

/** Tells which processes a process has started and not yet waited for. */
export type ChildrenOf = (pid: number) => readonly number[];

/**
 * By the kernel's own list, where it has one, else by asking each process for its parent, once for all processes.
 * A process whose parent has ended is nobody's child of those that are looked at.
 */
export function childrenReader(): ChildrenOf {
  return existsSync(`/proc/${process.pid}/task/${process.pid}/children`) ? listedChildren : scannedChildren();
}

function listedChildren(pid: number): number[] {
  const threads = namesIn(`/proc/${pid}/task`);
  return threads.flatMap((thread) => {
    const ids = textOf(`/proc/${pid}/task/${thread}/children`)?.trim() ?? '';
    return ids === '' ? [] : ids.split(' ').map(Number);
  });
}

export function scannedChildren(): ChildrenOf {
  const children = new Map<number, number[]>();
  for (const name of namesIn('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? readLiveProcessStat(pid)?.parentPid : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return (pid) => children.get(pid) ?? [];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Undefined also for a process that has just ended. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
