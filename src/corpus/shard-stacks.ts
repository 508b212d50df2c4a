import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { SetupError, systemReason } from '../model/setup-error.js';
import { makeFolder } from '../os/make-folder.js';
import { type LeftStacks, readLeftStacks } from '../stacks/left-stacks.js';
import { mergeProfile } from '../stacks/merge-profile.js';
import { readPprof } from '../stacks/pprof-reader.js';
import { writePprof } from '../stacks/pprof-writer.js';
import { StackProfile } from '../stacks/stack-profile.js';
import { shardStacksName } from '../stacks/stacks-beside.js';
import { withNativeNames } from '../symbols/name-frames.js';
import { say } from '../terminal/say.js';
import type { RecordFolder } from './record-folder.js';

/**
 * The stack profile of a shard. While it runs, each worker process keeps its own in a hidden folder beside the records. The
 * folder is merged into one file at the end: also what an earlier run has left there that was killed, if this one resumes
 * it.
 */
export class ShardStacks {
  /** Where worker processes keep theirs; absolute. */
  readonly folder: string;
  readonly #name: string;
  /** What is there already: the inputs that are not run again. */
  readonly #before: StackProfile;

  private constructor(
    private readonly records: RecordFolder,
    index: number,
    before: StackProfile,
  ) {
    this.#name = shardStacksName(index);
    this.folder = resolve(records.shown(`.${this.#name}`));
    this.#before = before;
  }

  /** @throws {SetupError} where the folder cannot be made, or the file of the run that is resumed cannot be read */
  static async open(records: RecordFolder, index: number, resume: boolean): Promise<ShardStacks> {
    const before = new StackProfile();
    if (resume) await addExisting(before, records, shardStacksName(index));
    const stacks = new ShardStacks(records, index, before);
    try {
      if (!resume) rmSync(stacks.folder, { recursive: true, force: true });
      makeFolder(stacks.folder);
    } catch (error) {
      throw new SetupError(`${stacks.folder}: no folder for stacks can be made there, ${systemReason(error)}`);
    }
    return stacks;
  }

  /**
   * Writes the file, and removes the folder.
   *
   * @returns null where there are no stacks, or the file could not be written
   * @throws {RecordWriteError}
   */
  async finish(): Promise<LeftStacks | null> {
    const left = readLeftStacks([this.folder]);
    for (const line of left?.skipped ?? []) say(line);
    const profile = withNativeNames(left?.profile ?? new StackProfile());
    mergeProfile(profile, this.#before);
    if (profile.rows.length > 0) {
      await this.records.write(this.#name, await writePprof(profile));
      say(`stacks are in ${this.records.shown(this.#name)}: stageprof flame shows them`);
    }
    rmSync(this.folder, { recursive: true, force: true });
    return left === null ? null : { ...left, profile };
  }
}

async function addExisting(profile: StackProfile, records: RecordFolder, name: string): Promise<void> {
  let bytes: Buffer;
  try {
    bytes = await records.read(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new SetupError(`${records.shown(name)}: cannot be read, ${systemReason(error)}: move it away`);
  }
  try {
    mergeProfile(profile, await readPprof(bytes));
  } catch (error) {
    throw new SetupError(`${records.shown(name)}: ${(error as Error).message}: move it away`);
  }
}
