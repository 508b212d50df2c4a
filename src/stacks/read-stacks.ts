import { readFileSync } from 'node:fs';
import { SetupError, systemReason } from '../model/setup-error.js';
import { mergeProfile } from './merge-profile.js';
import { readPprof } from './pprof-reader.js';
import { StackProfile } from './stack-profile.js';
import { StacksFileError } from './stacks-file-error.js';

/**
 * Reads stack profiles and adds them up.
 *
 * @throws {SetupError} naming the file that cannot be read
 */
export async function readStacks(paths: readonly string[]): Promise<StackProfile> {
  const merged = new StackProfile();
  for (const path of paths) mergeProfile(merged, await readFile(path));
  return merged;
}

async function readFile(path: string): Promise<StackProfile> {
  try {
    return await readPprof(readFileSync(path));
  } catch (error) {
    const reason = error instanceof StacksFileError ? error.message : `cannot be read, ${systemReason(error)}`;
    throw new SetupError(`${path}: ${reason}`);
  }
}
