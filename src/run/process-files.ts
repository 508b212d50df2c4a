import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** USER_HZ, which is 100 wherever Node runs: the unit of times in /proc. */
const TICKS_PER_S = 100;

export const MS_PER_TICK = 1000 / TICKS_PER_S;

/** What /proc/PID/stat tells of a process that has not ended; see proc_pid_stat(5). */
export interface ProcessStat {
  readonly parentPid: number;
  /** Since boot. With the id it tells a process from a later one. */
  readonly startTicks: number;
  readonly cpuS: number;
}

/** Null where there is no such process, or only what its parent has not waited for. */
export function readStat(pid: number): ProcessStat | null {
  const text = textOf(`/proc/${pid}/stat`);
  // The name before may hold anything, a parenthesis too.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state, parent] = fields;
  const [user, system, start] = [fields[11], fields[12], fields[19]].map(Number);
  if (state === undefined || state === 'Z' || state === 'X' || !Number.isSafeInteger(start)) return null;
  return { parentPid: Number(parent), startTicks: start!, cpuS: (user! + system!) / TICKS_PER_S };
}

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
    const parent = Number.isInteger(pid) ? readStat(pid)?.parentPid : undefined;
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
