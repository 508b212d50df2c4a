import { dirname, join, normalize } from '../host/files.js';
import { Number } from '../host/intrinsics.js';

/** The memory limit of a control group that this process is in. */
export interface MemoryGroup {
  /** The file that gives its limit. */
  readonly limitPath: string;
  /** Null where it has none. */
  readonly limitBytes: number | null;
  /** The file that counts the processes that the group has killed. It may be missing. */
  readonly eventsPath: string;
}

/** The text of a file, undefined where it cannot be read. */
export type ReadText = (path: string) => string | undefined;

export const GROUP_ROOT = '/sys/fs/cgroup';
/** Files with the line `oom_kill`, of version 2 and of version 1. */
export const EVENT_FILES = ['memory.events', 'memory.oom_control'] as const;

/** Version 1 says "no limit" by a number near 2^63. */
const NO_LIMIT_BYTES = 2 ** 60;

/**
 * The group with the lowest limit among a process's own group and those above it; the innermost of equal ones. Null
 * where there is none, or /proc does not tell.
 */
export function lowestMemoryGroup(read: ReadText, pid: number | 'self' = 'self'): MemoryGroup | null {
  const groups = (read(`/proc/${pid}/cgroup`) ?? '').split('\n').flatMap((line) => groupsOf(line, read));
  // A container sees its own group as the root of the mount, whatever path /proc names.
  groups.push(...groupsAbove(GROUP_ROOT, '/', 'memory.max', EVENT_FILES[0], read));
  const limitOf = ({ limitBytes }: MemoryGroup) => limitBytes ?? Number.POSITIVE_INFINITY;
  return groups.reduce<MemoryGroup | null>(
    (lowest, group) => (lowest === null || limitOf(group) < limitOf(lowest) ? group : lowest),
    null,
  );
}

/** @param line `hierarchy:controllers:path` of /proc/self/cgroup; version 2 has no controllers */
function groupsOf(line: string, read: ReadText): MemoryGroup[] {
  const [, controllers, ...path] = line.split(':');
  if (path.length === 0) return [];
  if (controllers === '') return groupsAbove(GROUP_ROOT, path.join(':'), 'memory.max', EVENT_FILES[0], read);
  if (!controllers!.split(',').includes('memory')) return [];
  return groupsAbove(join(GROUP_ROOT, 'memory'), path.join(':'), 'memory.limit_in_bytes', EVENT_FILES[1], read);
}

function groupsAbove(
  mount: string,
  path: string,
  limitFile: string,
  eventsFile: string,
  read: ReadText,
): MemoryGroup[] {
  const groups: MemoryGroup[] = [];
  for (let folder = normalize(path); ; folder = dirname(folder)) {
    const limitPath = join(mount, folder, limitFile);
    const limit = read(limitPath);
    if (limit !== undefined) {
      const bytes = Number.parseInt(limit, 10);
      const limitBytes = bytes < NO_LIMIT_BYTES ? bytes : null;
      groups.push({ limitPath, limitBytes, eventsPath: join(mount, folder, eventsFile) });
    }
    if (folder === dirname(folder)) return groups;
  }
}
