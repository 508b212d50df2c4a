import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { systemReason } from '../model/setup-error.js';
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
