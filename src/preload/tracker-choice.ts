import { ADDON_FIELDS, TRACKER_FIELDS } from '../model/metric-sources.js';
import { missingAddon } from '../native/binding.js';
import { findTracker } from '../native/tracker-file.js';
import { listed } from '../text/format.js';
import { isPreloadable, type LastingCopy, lastingCopy } from './lasting-copy.js';
import type { ProgramFile } from './program-file.js';

export interface TrackerChoice {
  /** The library to preload, by a path that LD_PRELOAD can hold. */
  readonly tracker: string | null;
  /** What will not be measured and why, in one line; null where all of it will. */
  readonly remark: string | null;
}

/** Whether the tracker can be preloaded into a program. */
export function chooseTracker(program: string, file: ProgramFile): TrackerChoice {
  const noAddon = missingAddon();
  // The addon is what reads the tracker.
  if (noAddon !== null) {
    const unread = listed([...ADDON_FIELDS, "the OS's account of CPU and memory"]);
    return without(`${noAddon}, so ${unread} are null; see stageprof doctor`);
  }
  const found = findTracker();
  if (found.missing !== null) return without(`${found.missing}, so ${listed(TRACKER_FIELDS)} are null`);
  if (file.state === 'other loader') return without(`${program}: cannot be tracked, ${file.reason}`);
  const { path, missing } = preloadable(found.path);
  if (path === null) {
    return without(`LD_PRELOAD cannot hold ${found.path}, and ${missing}, so ${listed(TRACKER_FIELDS)} are null`);
  }
  // Preloaded all the same: a program that it starts may be a node that can be tracked.
  if (file.state === 'ignores preloads') {
    return { tracker: path, remark: `${program}: cannot be tracked, ${file.reason} and so ignores LD_PRELOAD` };
  }
  return { tracker: path, remark: null };
}

function without(remark: string): TrackerChoice {
  return { tracker: null, remark };
}

/** Not a link in the folder of a run: what the program leaves running outlives that. */
function preloadable(tracker: string): LastingCopy {
  return isPreloadable(tracker) ? { path: tracker, missing: null } : lastingCopy(tracker);
}
