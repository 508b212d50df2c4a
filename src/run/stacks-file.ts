import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { systemReason } from '../model/setup-error.js';
import { writePprof } from '../stacks/pprof-writer.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { STACKS_SUFFIX, stacksBeside } from '../stacks/stacks-beside.js';
import { say } from '../terminal/say.js';

/**
 * Where the stacks of a run are written: beside its report, or in the working directory.
 *
 * @param out the file of the report, where there is one
 * @param pid of the program
 */
export function stacksPath(out: string | undefined, pid: number): string {
  const isPlain = out !== undefined && (statSync(out, { throwIfNoEntry: false })?.isFile() ?? true);
  if (!isPlain) return `stageprof-${pid}${STACKS_SUFFIX}`;
  return stacksBeside(out);
}

/** Writes the file as a whole, and says where it is. Never throws: the run is over and cannot be repeated. */
export function leaveStacks(path: string, pprof: Uint8Array): void {
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(part, pprof);
    renameSync(part, path);
    say(`stacks are in ${path}: stageprof flame shows them`);
  } catch (error) {
    rmSync(part, { force: true });
    say(`${path}: the stacks cannot be written, ${systemReason(error)}`);
  }
}

/** Writes the stacks of a run, see `stacksPath`. Never throws, as `leaveStacks`. */
export async function leaveProfile(out: string | undefined, pid: number, profile: StackProfile): Promise<void> {
  try {
    leaveStacks(stacksPath(out, pid), await writePprof(profile));
  } catch (error) {
    sayLeftOut(error);
  }
}

/** Stacks that cannot be shown or written are left out: the program may have damaged them, and the reports are whole. */
export function sayLeftOut(error: unknown): void {
  say(`stacks: left out, ${systemReason(error)}`);
}
