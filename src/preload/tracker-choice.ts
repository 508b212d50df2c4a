import { ADDON_FIELDS, TRACKER_FIELDS } from '../model/metric-sources.js';
import { missingAddon } from '../native/load-addon.js';
import { findTracker } from '../native/tracker-file.js';
import { listed } from '../text/format.js';
import { isPreloadable, type LastingCopy, lastingCopy } from './lasting-copy.js';
import type { ProgramFile } from './program-file.js';

export interface TrackerChoice {
  /** The library to preload, by a path that is possible in LD_PRELOAD; null for none. */
  readonly tracker: string | null;
  /** What will not be measured and why, in one line; null where everything will. */
  readonly remark: string | null;
}

/** Whether the tracker can be preloaded into a program. */
export function chooseTracker(program: string, file: ProgramFile): TrackerChoice {
  const noAddon = missingAddon();
  // The tracker is read by the addon.
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
  // The tracker is preloaded all the same: the program may start a node that can be tracked.
  if (file.state === 'ignores preloads') {
    return { tracker: path, remark: `${program}: cannot be tracked, ${file.reason} and so ignores LD_PRELOAD` };
  }
  return { tracker: path, remark: null };
}

function without(remark: string): TrackerChoice {
  return { tracker: null, remark };
}

/** A lasting copy, and no link in the folder of the run: processes that the program leaves running outlive that. */
function preloadable(tracker: string): LastingCopy {
  return isPreloadable(tracker) ? { path: tracker, missing: null } : lastingCopy(tracker);
}
