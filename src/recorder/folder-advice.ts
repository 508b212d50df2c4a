import type { FileSystem } from '../os/file-system.js';

/** Undefined for a folder that serves: a store to a file on another machine may be slow, and fails with the network. */
export function recorderAdvice({ name, isRemote }: FileSystem): string | undefined {
  return isRemote ? `${name} is on the network: set STAGEPROF_DIR to a folder on this node` : undefined;
}
