import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LiveStack, liveStacks } from '../render/allocation-notes.js';
import { type OutlivedStage, outlivedStages } from '../render/outlived-table.js';
import { readPlain } from '../stacks/plain-file.js';
import { readSites } from '../stacks/read-sites.js';
import { SITES_SUFFIX } from '../stacks/sites-path.js';
import { withNativeNames } from '../symbols/name-frames.js';

/** So many are in a record. */
const MOST_STACKS = 8;
const MOST_OUTLIVED = 16;

/** Who held the native memory of a process, and what of it had outlived which stages, the heaviest first. */
export interface HeldMemory {
  readonly live_stacks: readonly LiveStack[];
  readonly outlived: readonly OutlivedStage[];
}

/**
 * That of a process that has ended, as members of an `error`. Null where it has left no tables of stacks, or damaged ones: why is
 * said at the end of the run.
 *
 * @param folder of the stacks of all processes of a shard
 */
export function heldMemoryOf(folder: string | null, pid: number | undefined): HeldMemory | null {
  if (folder === null || pid === undefined) return null;
  try {
    const name = newestTables(readdirSync(folder), pid);
    if (name === undefined) return null;
    const { profile, outlived } = readSites(readPlain(join(folder, name)), randomInt(2 ** 32));
    // The tables of CPU alone have no blocks.
    if (!profile.isMeasured('live_space')) return null;
    return {
      live_stacks: liveStacks(withNativeNames(profile), MOST_STACKS),
      outlived: outlivedStages(outlived, MOST_OUTLIVED),
    };
  } catch {
    return null;
  }
}

/** The name of a process's tables, see `workerStacksPath`: its id, its start, and what they are. */
const TABLES = /^(\d+)-(\d+)\./;

/**
 * The tables of the process that was the last to have an id. The folder may also have those of an earlier run that this one
 * resumes, and ids come again: in a container, those of one run are mostly those of the next.
 *
 * @param names of the files in the folder of a shard
 */
export function newestTables(names: readonly string[], pid: number): string | undefined {
  let newest: { readonly name: string; readonly startMs: number } | undefined;
  for (const name of names) {
    const [, id, start] = TABLES.exec(name) ?? [];
    if (Number(id) !== pid || !name.endsWith(SITES_SUFFIX)) continue;
    const startMs = Number(start);
    if (newest === undefined || startMs > newest.startMs) newest = { name, startMs };
  }
  return newest?.name;
}
