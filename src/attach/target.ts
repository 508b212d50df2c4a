import { readlinkSync } from 'node:fs';
import { ElfFile, ifReadable } from '../os/elf-file.js';
import { readCommand } from '../os/process-command.js';
import { readProcessStat } from '../os/process-stat.js';
import { type ProcessStatus, readProcessStatus } from '../os/process-status.js';
import { baseName } from '../text/base-name.js';

/** A process that is looked at. Its id and its start together are those of no other process. */
export interface Target {
  readonly pid: number;
  readonly startTicks: number;
  readonly command: string | null;
}

/** Null where there is no such process, or it has ended. */
export function findTarget(pid: number): Target | null {
  const stat = readProcessStat(pid);
  return stat === null ? null : { pid, startTicks: stat.startTicks, command: readCommand(pid) };
}

/** Whether the process is still there, and no other has its id. */
export function isThere({ pid, startTicks }: Target): boolean {
  return readProcessStat(pid)?.startTicks === startTicks;
}

/** `node::Start`, which every Node exports for addons, and nothing that only imitates Node has. */
const START = '_ZN4node5StartEiPPc';

/** Whether a process runs Node; null where that cannot be seen, because it belongs to another user. */
export function isNode(pid: number): boolean | null {
  const link = `/proc/${pid}/exe`;
  let path: string;
  try {
    path = readlinkSync(link);
  } catch {
    return null;
  }
  // A small program may have all of Node in a library beside it.
  if (/^node(js)?( \(deleted\))?$/.test(baseName(path))) return true;
  return (
    ifReadable(() => {
      const file = ElfFile.open(link);
      try {
        const names = file.sectionNamed('.dynstr');
        return names !== undefined && file.contents(names).includes(`\0${START}\0`);
      } finally {
        file.close();
      }
    }) ?? null
  );
}

/** Bit of the signal that opens the inspector: 10 on every architecture that Node runs on. */
const SIGUSR1_BIT = 1n << 9n;

/** What prevents a look through the inspector, and what else can be done; one line. */
export interface Obstacle {
  readonly text: string;
}

/** What is known against it before the process is touched; null where nothing is. */
export function obstacleOf(target: Target, isOpen: boolean): Obstacle | null {
  const { pid } = target;
  const status = readProcessStatus(pid);
  if (status === null || !isThere(target)) return { text: `process ${pid} has ended` };
  const user = process.geteuid?.() ?? 0;
  if (user !== 0 && user !== status.user) {
    return { text: `it belongs to user ${status.user}: run this command as that user, or as root` };
  }
  const node = isNode(pid);
  if (node === null) return { text: 'its program cannot be seen: run this command as the same user, or as root' };
  if (!node) return { text: 'it is no node process: only /proc tells of it, and heaptrack or perf may tell more' };
  return stateObstacle(status) ?? elsewhereObstacle(pid, status) ?? (isOpen ? null : signalObstacle(status));
}

/**
 * Node 20 aborts where it closes a connection of its inspector that got the number of a standard stream. To be asked before
 * anything is connected to.
 */
export function streamObstacle(pid: number): Obstacle | null {
  const closed = [0, 1, 2].find((stream) => isClosed(pid, stream));
  if (closed === undefined) return null;
  return {
    text: `its standard stream ${closed} is closed, and Node 20 would abort: start it with /dev/null in place of none, or under "stageprof run"`,
  };
}

function isClosed(pid: number, descriptor: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function stateObstacle({ state, tracer }: ProcessStatus): Obstacle | null {
  if (tracer !== 0) {
    return { text: `process ${tracer} traces it, such as gdb or strace, and would get the signal: end that first` };
  }
  if (state === 'T') return { text: 'it is stopped by a signal: let it go on with kill -CONT, then attach again' };
  return null;
}

/** SIGUSR1 ends a process that does not catch it. */
function signalObstacle({ caught }: ProcessStatus): Obstacle | null {
  if ((caught & SIGUSR1_BIT) !== 0n) return null;
  return {
    text:
      'it takes no SIGUSR1 to open its inspector (--disable-sigusr1, the permission model, or it is only starting): ' +
      'start it under "stageprof run", or with --inspect=127.0.0.1:0',
  };
}

function elsewhereObstacle(pid: number, { innerPid }: ProcessStatus): Obstacle | null {
  if (namespaceOf(pid, 'net') === namespaceOf('self', 'net')) return null;
  return {
    text:
      `its network is that of a container, where its inspector cannot be reached from here: run stageprof attach ${innerPid} in the container, ` +
      `or as root: nsenter -t ${pid} -n stageprof attach ${pid}`,
  };
}

/** Undefined where it cannot be seen. */
export function namespaceOf(pid: number | 'self', kind: 'net' | 'mnt' | 'pid'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}
