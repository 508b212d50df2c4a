import { isMainThread } from '../host/process.js';
import { loadBinding } from './load-addon.js';

/**
 * Has the kernel kill this process with SIGKILL as soon as its parent ends. That works even in a loop that never returns to
 * the event loop, where no `disconnect` event arrives. The kernel waits for the end of the thread that made this process.
 * The parent must therefore have made it from its main thread.
 *
 * @param parentPid what the parent says its process id is. `process.ppid` is that of another process if it has ended.
 * @returns false if the kernel will not do so: without the addon (and so outside of Linux), in a worker, whose end would
 *   undo it, and if the parent has already ended, which `process.ppid !== parentPid` tells
 */
export function endWithParent(parentPid: number): boolean {
  if (!isMainThread) return false;
  return loadBinding().binding?.parentDeathFollow(parentPid) ?? false;
}
