import type { Accounting } from '../accounting/accounting.js';
import { continueFrom, lastLevels } from '../accounting/levels.js';
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
  /** The levels of its last sample, for the profiler of the next input; null where nothing is profiled. */
  readonly levels: () => Float64Array | null;
}

/** What the inputs before left in this process. */
export interface InputsBefore {
  /** How many calls of a label they had. */
  readonly calls: (label: string) => number;
  /** At the end of the last; null for the first input. */
  readonly levels: Float64Array | null;
}

/**
 * The profiler of one input.
 *
 * @param options null where nothing is profiled
 * @param recorderPath null for no recorder
 * @param before of the inputs before in this process. Their calls are numbered on. What grows or is freed between two
 * inputs is in the report of the second, outside of any stage: summed over the records, growth is that of the process
 */
export function makeInputProfiler(
  options: StageProfilerOptions | null,
  recorderPath: string | null,
  before: InputsBefore,
): InputProfiler {
  if (options === null) return { profiler: nullProfiler, warnings: [], levels: () => null };
  let accounting: Accounting | null = null;
  const parts = {
    callsBefore: before.calls,
    seen: (seen: Accounting) => {
      accounting = seen;
      if (before.levels !== null) continueFrom(seen, before.levels);
    },
  };
  const measured = { levels: () => accounting && lastLevels(accounting) };
  if (recorderPath === null) return { profiler: new StageProfiler(options, parts), warnings: [], ...measured };
  const recorder = { path: recorderPath, fallbacks: FALLBACK_FOLDERS };
  try {
    return { profiler: new StageProfiler({ ...options, recorder }, parts), warnings: [], ...measured };
  } catch (error) {
    // The folder has been removed or closed, which is no reason for the input to fail.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STAGEPROF_RECORDER') throw error;
    // Names the folder, which is the same for all inputs: with the file, each input would have a warning of its own.
    const reason = (error as Error).message.replace(recorderPath, shownFolder(dirname(recorderPath)));
    return {
      profiler: new StageProfiler(options, parts),
      warnings: [formatWarning(`no recorder, ${reason}`, 1)],
      ...measured,
    };
  }
}
