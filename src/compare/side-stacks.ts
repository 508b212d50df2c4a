import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError } from '../model/setup-error.js';
import { readStacks } from '../stacks/read-stacks.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { isShardStacks, stacksBeside } from '../stacks/stacks-beside.js';
import { say } from '../terminal/say.js';
import { counted } from '../text/format.js';
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
 * @throws {SetupError} naming a file that cannot be read, or a side of which only some files have stacks
 */
export async function stacksOfSides([base, next]: readonly [OpenSide, OpenSide]): Promise<{
  readonly base: StackProfile;
  readonly new: StackProfile;
} | null> {
  const [before, after] = [stackFilesOf(base), stackFilesOf(next)];
  if (before.beside.length + before.shards.length === 0 || after.beside.length + after.shards.length === 0) return null;
  return { base: await readAll(base, before), new: await readAll(next, after) };
}

interface StackFiles {
  /** Those beside the files of the side. */
  readonly beside: readonly string[];
  /** Those of the shards in its folders, which are of all inputs; empty where the side is a single file. */
  readonly shards: readonly string[];
}

function readAll({ name, files }: OpenSide, { beside, shards }: StackFiles): Promise<StackProfile> {
  // Stacks are totals: without those of some runs they would seem to be less than those of the other side.
  if (shards.length === 0 && beside.length < files.length) {
    throw new SetupError(`${name}: only ${beside.length} of ${counted(files.length, 'file')} have stacks beside them`);
  }
  return readStacks([...beside, ...shards]);
}

function stackFilesOf({ name, files }: OpenSide): StackFiles {
  const paths = files.map(({ path }) => path);
  const folders = new Set(paths.filter((path) => path !== name).map((path) => dirname(path)));
  const beside = paths.map(stacksBeside).filter((path) => existsSync(path));
  return { beside, shards: [...folders].flatMap(shardsIn) };
}

function shardsIn(folder: string): string[] {
  const names = readdirSync(folder).filter(isShardStacks);
  return names.sort().map((name) => join(folder, name));
}
