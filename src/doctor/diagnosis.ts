import { packageVersion } from '../model/package-version.js';
import { systemReason } from '../model/setup-error.js';
import { absent, present, SOURCE_NAMES, type SourceName } from '../model/sources.js';
import { findTracker } from '../native/tracker-file.js';
import { fileSystemOf } from '../os/file-system.js';
import { capabilities } from '../profiler/capabilities.js';
import { recorderAdvice } from '../recorder/folder-advice.js';
import { makeRecorderFolder, shortLivedRecorderFolder } from '../recorder/recorder-folder.js';
import { addonAdvice, sourceAdvice, trackerAdvice } from './advice.js';
import type { Advised } from './advised.js';
import { describeMachine, type Machine } from './machine.js';
import { verdictOf } from './verdict.js';

/** What `stageprof doctor --format json` prints. */
export interface Diagnosis {
  readonly stageprof: string;
  readonly machine: Machine;
  readonly addon: Advised;
  /** Whether the tracker's library is there; `sources.native` tells whether it counts in this process. */
  readonly tracker: Advised;
  /** The folder of recorders whose path nobody has chosen. */
  readonly recorder: Advised;
  readonly sources: Readonly<Record<SourceName, Advised>>;
  /** All of it in one sentence. */
  readonly verdict: string;
}

/** What can be measured here, in a process of this Node. */
export function diagnose(): Diagnosis {
  const machine = describeMachine();
  const found = capabilities();
  const tracker = findTracker();
  const sources = SOURCE_NAMES.map((name) => [name, advised(found.sources[name], sourceAdvice(name, found))]);
  const diagnosis = {
    stageprof: packageVersion(),
    machine,
    addon: advised(found.addon, addonAdvice(found, machine)),
    tracker: advised(
      tracker.path === null ? absent(tracker.missing) : present('exact', tracker.path),
      trackerAdvice(tracker, machine),
    ),
    recorder: diagnoseRecorder(),
    sources: Object.fromEntries(sources) as Record<SourceName, Advised>,
  };
  return { ...diagnosis, verdict: verdictOf(diagnosis) };
}

function diagnoseRecorder(): Advised {
  try {
    const folder = makeRecorderFolder();
    const fileSystem = fileSystemOf(folder);
    const shown = fileSystem.name === null ? folder : `${folder} (${fileSystem.name})`;
    const ofMap = shortLivedRecorderFolder();
    const method = ofMap === folder ? shown : `${shown}, those of map in ${ofMap}`;
    return advised(present('exact', method), recorderAdvice(fileSystem));
  } catch (error) {
    return advised(absent(systemReason(error)), 'set STAGEPROF_DIR to a folder of yours on this node');
  }
}

function advised(state: Advised, advice: string | undefined): Advised {
  return advice === undefined ? state : { ...state, advice };
}
