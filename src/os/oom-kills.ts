import { normalize } from '../host/files.js';
import { Number } from '../host/intrinsics.js';
import { GROUP_ROOT } from './control-groups.js';
import { EVENT_FILES, lowestMemoryGroup } from './memory-limit.js';
import { textIn } from './read-if-possible.js';

/** The one with the lowest memory limit among the control groups of a process, at the moment when it was read. */
export interface MemoryCgroup {
  /** File that counts the processes it has killed: `memory.events`, or `memory.oom_control` in version 1. */
  readonly events: string;
  /** Null where there is no limit. */
  readonly limit_bytes: number | null;
  /** How many processes the group had killed for memory; null where the file does not tell. */
  readonly oom_kills: number | null;
}

/** Read once: a process hardly ever changes its group, and to look again costs milliseconds. */
let ownGroup: MemoryCgroup | null | undefined;

/** The group of this process, with its kills up to now. Null where there is none, or /proc does not tell. */
export function readMemoryCgroup(): MemoryCgroup | null {
  ownGroup ??= findMemoryCgroup();
  return ownGroup && { ...ownGroup, oom_kills: readOomKills(ownGroup.events) };
}

function findMemoryCgroup(): MemoryCgroup | null {
  const group = lowestMemoryGroup(textIn);
  return group && { events: group.eventsPath, limit_bytes: group.limitBytes, oom_kills: null };
}

/**
 * How many processes a group has killed for memory; null where the file does not tell.
 *
 * @param events as in `MemoryCgroup`. Anyone may have written the file it comes from: no other kind of file is read.
 */
export function readOomKills(events: string): number | null {
  const isOne = EVENT_FILES.some((name) => events.endsWith(`/${name}`));
  if (!isOne || !events.startsWith(`${GROUP_ROOT}/`) || normalize(events) !== events) return null;
  const kills = /^oom_kill (\d+)$/m.exec(textIn(events) ?? '')?.[1];
  return kills === undefined ? null : Number(kills);
}
