import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readStacks } from '../stacks/read-stacks.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { isShardStacks, stacksBeside } from '../stacks/stacks-beside.js';
import { say } from '../terminal/say.js';
import type { OpenSide } from './open-side.js';
import { type StackChanges, stackChanges, UNCOMPARED_STACKS, type UncomparedStacks } from './stack-changes.js';
import { haveAlikeTotals, type StackOrigins } from './stack-totals.js';

/** Compares the stacks that lie beside the two sides; null where not both have some. */
export async function compareStacks(
  sides: readonly [OpenSide, OpenSide],
  origins: StackOrigins,
  confidence: number,
): Promise<StackChanges | UncomparedStacks | null> {
  try {
    const profiles = await stacksOfSides(sides);
    if (profiles === null) return null;
    return haveAlikeTotals(origins) ? stackChanges(profiles, confidence) : UNCOMPARED_STACKS;
  } catch (error) {
    say(`${(error as Error).message}: stacks are not compared`);
    return null;
  }
}

/**
 * The stacks that lie beside the two sides; null where not both have some.
 *
 * @throws {SetupError} naming a file that cannot be read
 */
export async function stacksOfSides([base, next]: readonly [OpenSide, OpenSide]): Promise<{
  readonly base: StackProfile;
  readonly new: StackProfile;
} | null> {
  const before = stackFilesOf(base);
  const after = stackFilesOf(next);
  if (before.length === 0 || after.length === 0) return null;
  return { base: await readStacks(before), new: await readStacks(after) };
}

/** Those of its reports, and those of the shards in its folders unless the side is a single file. */
function stackFilesOf({ name, files }: OpenSide): string[] {
  const paths = files.map(({ path }) => path);
  const folders = new Set(paths.filter((path) => path !== name).map((path) => dirname(path)));
  return [...paths.map(stacksBeside).filter((path) => existsSync(path)), ...[...folders].flatMap(shardsIn)];
}

function shardsIn(folder: string): string[] {
  const names = readdirSync(folder).filter(isShardStacks);
  return names.sort().map((name) => join(folder, name));
}
