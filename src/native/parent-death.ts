import { isMainThread } from '../host/process.js';
import { loadBinding } from './binding.js';

/**
 * Has the kernel kill this process (SIGKILL) as soon as its parent ends, also while it loops in code that never comes
 * back to the event loop, where no `disconnect` is heard. Whose end counts is the thread that made this process, so
 * the parent must have made it on its main thread: there Node makes the children it is asked for there.
 *
 * @param parentPid what the parent says its process id is, not `process.ppid`: that is another's where it has ended
 * @returns false where the process is not held to it: without the addon (so outside of Linux), in a worker, whose end
 *   would undo it, and where the parent has already ended, as `process.ppid !== parentPid` tells
 */
export function endWithParent(parentPid: number): boolean {
  if (!isMainThread) return false;
  return loadBinding().binding?.parentDeathFollow(parentPid) ?? false;
}
