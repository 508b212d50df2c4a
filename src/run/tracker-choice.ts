import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { missingAddon } from '../native/binding.js';
import { findTracker, TRACKER_NAME } from '../native/tracker-file.js';
import { listed } from '../report/format.js';
import { ADDON_FIELDS, TRACKER_FIELDS } from '../report/metric-sources.js';
import type { ProgramFile } from './program-file.js';

export interface TrackerChoice {
  /** The library to preload, by a path that LD_PRELOAD can hold. */
  readonly tracker: string | null;
  /** What will not be measured and why, in one line; null where all of it will. */
  readonly remark: string | null;
}

/**
 * Whether the tracker can be preloaded into a program.
 *
 * @param folder where a link may stand for a path that LD_PRELOAD cannot hold
 */
export function chooseTracker(program: string, file: ProgramFile, folder: string): TrackerChoice {
  const noAddon = missingAddon();
  // The addon is what reads the tracker.
  if (noAddon !== null) {
    const unread = listed([...ADDON_FIELDS, "the OS's account of CPU and memory"]);
    return without(`${noAddon}, so ${unread} are null; see stageprof doctor`);
  }
  const found = findTracker();
  if (found.missing !== null) return without(`${found.missing}, so ${listed(TRACKER_FIELDS)} are null`);
  if (file.state === 'other loader') return without(`${program}: cannot be tracked, ${file.reason}`);
  const path = preloadable(found.path, folder);
  if (path === null) {
    return without(
      `LD_PRELOAD cannot hold a path such as ${folder}, so ${listed(TRACKER_FIELDS)} are null: set TMPDIR`,
    );
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

/** Where ld.so splits LD_PRELOAD. */
const SPECIAL = /[ :]/;

function preloadable(tracker: string, folder: string): string | null {
  if (!SPECIAL.test(tracker)) return tracker;
  const link = join(folder, TRACKER_NAME);
  if (SPECIAL.test(link)) return null;
  symlinkSync(tracker, link);
  return link;
}
