import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LiveStack, liveStacks } from '../render/allocation-notes.js';
import { readPlain } from '../stacks/plain-file.js';
import { readSites } from '../stacks/read-sites.js';
import { SITES_SUFFIX } from '../stacks/sites-path.js';
import { withNativeNames } from '../symbols/name-frames.js';

/** So many are in a record. */
const MOST_STACKS = 8;

/**
 * Who held the native memory of a process that has ended. Null where it has left no tables of stacks, or damaged ones: why is
 * said at the end of the run.
 *
 * @param folder of the stacks of all processes of a shard
 */
export function liveStacksOf(folder: string | null, pid: number | undefined): readonly LiveStack[] | null {
  if (folder === null || pid === undefined) return null;
  try {
    const name = readdirSync(folder).find((found) => found.startsWith(`${pid}-`) && found.endsWith(SITES_SUFFIX));
    if (name === undefined) return null;
    const { profile } = readSites(readPlain(join(folder, name)), randomInt(2 ** 32));
    // The tables of CPU alone have no blocks.
    return profile.isMeasured('live_space') ? liveStacks(withNativeNames(profile), MOST_STACKS) : null;
  } catch {
    return null;
  }
}
