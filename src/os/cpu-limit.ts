import { join } from '../host/files.js';
import { Math, Number } from '../host/intrinsics.js';
import { type GroupFolder, groupFolders, type ReadText } from './control-groups.js';

/**
 * The CPUs that a process may use at a time, by the lowest quota among those of its own group and of those above it; null where
 * none has one, or /proc does not tell.
 */
export function lowestCpuLimit(read: ReadText, pid: number | 'self' = 'self'): number | null {
  const limits = groupFolders(read, pid, 'cpu').map((folder) => limitIn(folder, read));
  const lowest = limits.reduce((least, limit) => Math.min(least, limit), Number.POSITIVE_INFINITY);
  return lowest === Number.POSITIVE_INFINITY ? null : lowest;
}

/** Infinite without a quota, which is `max` in version 2 and -1 in version 1. */
function limitIn({ folder, version }: GroupFolder, read: ReadText): number {
  const [quota, period] =
    version === 2
      ? (read(join(folder, 'cpu.max')) ?? '').split(' ')
      : [read(join(folder, 'cpu.cfs_quota_us')), read(join(folder, 'cpu.cfs_period_us'))];
  const cpus = Number(quota) / Number(period);
  return Number(quota) > 0 && Number.isFinite(cpus) ? cpus : Number.POSITIVE_INFINITY;
}
