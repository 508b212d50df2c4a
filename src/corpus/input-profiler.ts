import { dirname } from '../host/files.js';
import type { StageProfilerOptions } from '../model/options.js';
import type { Profiler } from '../model/profiler.js';
import { formatWarning } from '../model/warnings.js';
import { nullProfiler } from '../profiler/null-profiler.js';
import { StageProfiler } from '../profiler/stage-profiler.js';
import { recorderFolders, shownFolder } from '../recorder/recorder-folder.js';

/** Taken before a pipeline can change the environment: the parent looks for the recorder in the same folders. */
const FALLBACK_FOLDERS = recorderFolders();

export interface InputProfiler {
  readonly profiler: Profiler;
  /** In addition to those of its report. */
  readonly warnings: readonly string[];
}

/**
 * The profiler of one input.
 *
 * @param options null where nothing is profiled
 * @param recorderPath null for no recorder
 * @param callsBefore how many calls of a label the inputs before had in this process
 */
export function makeInputProfiler(
  options: StageProfilerOptions | null,
  recorderPath: string | null,
  callsBefore: (label: string) => number,
): InputProfiler {
  if (options === null) return { profiler: nullProfiler, warnings: [] };
  const parts = { callsBefore };
  if (recorderPath === null) return { profiler: new StageProfiler(options, parts), warnings: [] };
  const recorder = { path: recorderPath, fallbacks: FALLBACK_FOLDERS };
  try {
    return { profiler: new StageProfiler({ ...options, recorder }, parts), warnings: [] };
  } catch (error) {
    // The folder has been removed or closed, which is no reason for the input to fail.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STAGEPROF_RECORDER') throw error;
    // Names the folder, which is the same for all inputs: with the file, each input would have a warning of its own.
    const reason = (error as Error).message.replace(recorderPath, shownFolder(dirname(recorderPath)));
    return { profiler: new StageProfiler(options, parts), warnings: [formatWarning(`no recorder, ${reason}`, 1)] };
  }
}
