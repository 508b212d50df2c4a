import type { StageProfilerOptions } from '../model/options.js';
import { systemReason } from '../model/setup-error.js';
import { fileSystemOf } from '../os/file-system.js';
import { type Tracking, trackedEnvironment } from '../preload/child-environment.js';
import { inspectProgram, thisFinder } from '../preload/program-file.js';
import { chooseTracker } from '../preload/tracker-choice.js';
import { recorderAdvice } from '../recorder/folder-advice.js';
import { removeLeftovers } from '../recorder/leftovers.js';
import {
  makeRecorderFolder,
  recorderFolder,
  recorderFolders,
  shortLivedRecorderFolder,
} from '../recorder/recorder-folder.js';
import { say } from '../terminal/say.js';

/** What worker processes need so that they can be measured. */
export interface MapProfiling {
  /** Preloads the tracker, where that is possible. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the recorders of running inputs are; null for none. */
  readonly recorderFolder: string | null;
}

/** Says what cannot be measured. Without a profile, the processes have the environment of this one. */
export function prepareProfiling(profiler: StageProfilerOptions | null, tracking: Tracking): MapProfiling {
  if (profiler === null) return { env: process.env, recorderFolder: null };
  const node = process.execPath;
  const { tracker, remark } = chooseTracker(node, inspectProgram(node, thisFinder(process.env)));
  if (remark !== null) say(remark);
  return {
    env: trackedEnvironment(process.env, { tracker, ...tracking }),
    recorderFolder: recorderFolderOrNull(),
  };
}

function recorderFolderOrNull(): string | null {
  const first = shortLivedRecorderFolder();
  let reason: string | undefined;
  for (const candidate of new Set([first, ...recorderFolders()])) {
    try {
      const folder = makeRecorderFolder(candidate);
      if (reason !== undefined) say(`recorders are in ${folder}: ${reason}`);
      // A folder that somebody has chosen is not cleared.
      if (folder !== recorderFolder()) removeLeftovers(folder);
      const advice = recorderAdvice(fileSystemOf(folder));
      if (advice !== undefined) say(`recorders are in ${folder}: ${advice}`);
      return folder;
    } catch (error) {
      reason ??= `${candidate}: ${systemReason(error)}`;
      // A folder that is open to others, or no folder at all, is an error that the user has to correct.
      if ((error as NodeJS.ErrnoException).errno === undefined) break;
    }
  }
  say(`no recorder: ${reason}; an input whose process is killed will have no profile`);
  return null;
}
