import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The control group whose memory limit is the lowest, as of the moment when the recorder was made. */
export interface MemoryCgroup {
  /** File with the count of processes it has killed: `memory.events`, or `memory.oom_control` of version 1. */
  readonly events: string;
  /** Null where there is no limit. */
  readonly limit_bytes: number | null;
  /** Processes it had killed; null where it does not tell. */
  readonly oom_kills: number | null;
}

const ROOT = '/sys/fs/cgroup';
const EVENTS = ['memory.events', 'memory.oom_control'] as const;

/** Version 1 has no word for "no limit" but a number near 2^63. */
const NO_LIMIT_BYTES = 2 ** 60;

/** A process stays where it is, as good as always; to look again costs milliseconds. */
let ownGroup: MemoryCgroup | null | undefined;

/** Of this process, its kills as of now. Null where there is none, or /proc does not tell. */
export function readMemoryCgroup(): MemoryCgroup | null {
  ownGroup ??= findMemoryCgroup();
  return ownGroup && { ...ownGroup, oom_kills: readOomKills(ownGroup.events) };
}

function findMemoryCgroup(): MemoryCgroup | null {
  const groups = (readText('/proc/self/cgroup') ?? '').split('\n').flatMap(groupsOf);
  // A container sees its own group as the root of the mount, whatever path /proc names.
  groups.push(...groupsAbove(ROOT, '/', 'memory.max', EVENTS[0]));
  let lowest: MemoryCgroup | null = null;
  for (const group of groups) {
    const limit = group.limit_bytes ?? Number.POSITIVE_INFINITY;
    if (lowest === null || limit < (lowest.limit_bytes ?? Number.POSITIVE_INFINITY)) lowest = group;
  }
  return lowest;
}

/**
 * Processes that a group has killed for memory by now; null where it does not tell.
 *
 * @param events as in `MemoryCgroup`, but from a file that anyone may have written: no other file is read
 */
export function readOomKills(events: string): number | null {
  const isOne = EVENTS.some((name) => events.endsWith(`/${name}`));
  if (!isOne || !events.startsWith(`${ROOT}/`) || normalize(events) !== events) return null;
  const kills = /^oom_kill (\d+)$/m.exec(readText(events) ?? '')?.[1];
  return kills === undefined ? null : Number(kills);
}

/** @param line `hierarchy:controllers:path` of /proc/self/cgroup; version 2 has no controllers */
function groupsOf(line: string): MemoryCgroup[] {
  const [, controllers, ...path] = line.split(':');
  if (path.length === 0) return [];
  if (controllers === '') return groupsAbove(ROOT, path.join(':'), 'memory.max', EVENTS[0]);
  if (!controllers!.split(',').includes('memory')) return [];
  const mount = join(ROOT, 'memory');
  const own = groupsAbove(mount, path.join(':'), 'memory.limit_in_bytes', EVENTS[1]);
  return [...own, ...groupsAbove(mount, '/', 'memory.limit_in_bytes', EVENTS[1])];
}

function groupsAbove(mount: string, path: string, limitFile: string, eventsFile: string): MemoryCgroup[] {
  const groups: MemoryCgroup[] = [];
  for (let folder = normalize(path); ; folder = dirname(folder)) {
    const text = readText(join(mount, folder, limitFile));
    const events = join(mount, folder, eventsFile);
    if (text !== undefined) {
      const bytes = Number.parseInt(text, 10);
      groups.push({ events, limit_bytes: bytes < NO_LIMIT_BYTES ? bytes : null, oom_kills: readOomKills(events) });
    }
    if (folder === dirname(folder)) return groups;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
