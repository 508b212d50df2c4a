import { dirname, join, normalize } from '../host/files.js';

/** The text of a file, undefined where it cannot be read. */
export type ReadText = (path: string) => string | undefined;

export const GROUP_ROOT = '/sys/fs/cgroup';

/** A folder of a control group that a process is in, or of one above. */
export interface GroupFolder {
  readonly folder: string;
  /** Of control groups, which decides what the files are called. */
  readonly version: 1 | 2;
}

/**
 * The groups of a process that may have limits of a kind, each before the one above it, with the root at last; some are
 * there twice, and some do not exist.
 */
export function groupFolders(read: ReadText, pid: number | 'self', controller: 'memory' | 'cpu'): GroupFolder[] {
  const groups = (read(`/proc/${pid}/cgroup`) ?? '').split('\n').flatMap((line) => foldersOf(line, controller));
  // A container sees its own group as the root of the mount, whatever path /proc names.
  return [...groups, { folder: GROUP_ROOT, version: 2 }];
}

/** @param line `hierarchy:controllers:path` of /proc/PID/cgroup; version 2 has no controllers */
function foldersOf(line: string, controller: string): GroupFolder[] {
  const [, controllers, ...path] = line.split(':');
  if (path.length === 0) return [];
  if (controllers === '') return foldersAbove(GROUP_ROOT, path.join(':'), 2);
  if (!controllers!.split(',').includes(controller)) return [];
  return foldersAbove(join(GROUP_ROOT, controller), path.join(':'), 1);
}

function foldersAbove(mount: string, path: string, version: 1 | 2): GroupFolder[] {
  const groups: GroupFolder[] = [];
  for (let folder = normalize(path); ; folder = dirname(folder)) {
    groups.push({ folder: join(mount, folder), version });
    if (folder === dirname(folder)) return groups;
  }
}
