import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { PACKAGE_ROOT, PRELOAD } from './child-environment.js';
import { isDeniedByPermissions, isNode } from './permission-flags.js';

/** What prevents the processes of a program from leaving a report, as far as its command line tells. */
export interface Obstacle {
  /** Whether nothing may be loaded into the program: it could not read that, and would fail or print a message. */
  readonly isHarmful: boolean;
  /** In one line, with what to do. */
  readonly reason: string;
}

/** Programs that start others as another user or in another environment. */
const USER_CHANGERS = new Set(['su', 'sudo', 'doas', 'runuser', 'setpriv', 'gosu', 'su-exec', 'chroot']);

/**
 * @param folder of the reports, which is closed to other users
 * @param loaded files that the program's processes would load
 */
export function obstacleOf(
  program: string,
  args: readonly string[],
  {
    env,
    folder,
    loaded,
  }: { readonly env: NodeJS.ProcessEnv; readonly folder: string; readonly loaded: readonly string[] },
): Obstacle | null {
  if (isDeniedByPermissions(program, args, env, { read: [PRELOAD, folder], write: [folder] })) {
    const leave = `--allow-fs-read=${PACKAGE_ROOT}/* --allow-fs-read=${tmpdir()}/* --allow-fs-write=${tmpdir()}/*`;
    return { isHarmful: true, reason: `node's permission model keeps the profiler out: give node ${leave} as well` };
  }
  const words = [program, ...args];
  const node = words.findIndex(isNode);
  // What comes after node are its flags, a script, and words of that.
  const starters = node === -1 ? words : words.slice(0, node);
  const changer = starters.map((word) => basename(word)).find((name) => USER_CHANGERS.has(name));
  if (changer === undefined) return null;
  const what = `${changer} starts it as another user, or in another environment`;
  const reason = `${what}: let ${changer} start stageprof run instead`;
  return { isHarmful: !loaded.every(isOpenToAll), reason };
}

/** Whether every user can read a file. */
function isOpenToAll(path: string): boolean {
  if (((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o004) === 0) return false;
  for (let at = dirname(path); ; at = dirname(at)) {
    if (((statSync(at, { throwIfNoEntry: false })?.mode ?? 0) & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}
