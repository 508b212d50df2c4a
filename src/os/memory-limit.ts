import { join } from '../host/files.js';
import { Number } from '../host/intrinsics.js';
import { GROUP_ROOT, type GroupFolder, groupFolders, type ReadText } from './control-groups.js';

/** The memory limit of a control group that this process is in. */
export interface MemoryGroup {
  /** The file that gives its limit. */
  readonly limitPath: string;
  /** Null where it has none. */
  readonly limitBytes: number | null;
  /** The file that counts the processes that the group has killed. It may be missing. */
  readonly eventsPath: string;
}

/** Files with the line `oom_kill`, of version 2 and of version 1. */
export const EVENT_FILES = ['memory.events', 'memory.oom_control'] as const;

/** Version 1 says "no limit" by a number near 2^63. */
const NO_LIMIT_BYTES = 2 ** 60;

/**
 * The group with the lowest limit among a process's own group and those above it; the innermost of equal ones. Null
 * where there is none, or /proc does not tell.
 */
export function lowestMemoryGroup(read: ReadText, pid: number | 'self' = 'self'): MemoryGroup | null {
  const groups = groupFolders(read, pid, 'memory').flatMap((folder) => groupIn(folder, read) ?? []);
  const limitOf = ({ limitBytes }: MemoryGroup) => limitBytes ?? Number.POSITIVE_INFINITY;
  return groups.reduce<MemoryGroup | null>(
    (lowest, group) => (lowest === null || limitOf(group) < limitOf(lowest) ? group : lowest),
    null,
  );
}

/** Whether no limit that was found is no limit that there is: /proc tells the groups of a process, and their files are there. */
export function isMemoryGroupKnown(read: ReadText, pid: number | 'self' = 'self'): boolean {
  if ((read(`/proc/${pid}/cgroup`) ?? '').trim() === '') return false;
  // In version 2 the root has no limit, nor has a group whose memory is not counted.
  return lowestMemoryGroup(read, pid) !== null || read(join(GROUP_ROOT, 'cgroup.controllers')) !== undefined;
}

function groupIn({ folder, version }: GroupFolder, read: ReadText): MemoryGroup | undefined {
  const [limitFile, eventsFile] =
    version === 2 ? ['memory.max', EVENT_FILES[0]] : ['memory.limit_in_bytes', EVENT_FILES[1]];
  const limitPath = join(folder, limitFile);
  const limit = read(limitPath);
  if (limit === undefined) return undefined;
  const bytes = Number.parseInt(limit, 10);
  return { limitPath, limitBytes: bytes < NO_LIMIT_BYTES ? bytes : null, eventsPath: join(folder, eventsFile) };
}
