import { Command } from 'commander';
import { addonAdvice, recorderAdvice, sourceAdvice, trackerAdvice } from '../doctor/advice.js';
import { type Advised, type Diagnosis, doctorPage } from '../doctor/doctor-page.js';
import { describeMachine } from '../doctor/machine.js';
import { systemReason } from '../model/setup-error.js';
import { absent, present, SOURCE_NAMES } from '../model/sources.js';
import { findTracker } from '../native/tracker-file.js';
import { fileSystemOf } from '../os/file-system.js';
import { capabilities } from '../profiler/capabilities.js';
import { makeRecorderFolder, shortLivedRecorderFolder } from '../recorder/recorder-folder.js';
import { isPainted } from '../terminal/terminal.js';
import { painter } from '../text/paint.js';
import { EXIT_DONE } from './exit-codes.js';
import { packageVersion } from './package-version.js';

export function doctorCommand(finish: (exitCode: number) => void): Command {
  return new Command('doctor')
    .description('what can be measured here, how exactly, and what to do about what cannot')
    .option('--json', 'the same for machines')
    .action(({ json }: { json?: true }) => {
      const diagnosis = diagnose();
      const colour = isPainted(process.stdout);
      process.stdout.write(json === true ? `${JSON.stringify(diagnosis)}\n` : doctorPage(diagnosis, painter(colour)));
      finish(EXIT_DONE);
    });
}

function diagnose(): Diagnosis {
  const machine = describeMachine();
  const found = capabilities();
  const tracker = findTracker();
  const sources = SOURCE_NAMES.map((name) => [name, advised(found.sources[name], sourceAdvice(name, found))]);
  return {
    stageprof: packageVersion(),
    machine,
    addon: advised(found.addon, addonAdvice(found, machine)),
    tracker: advised(
      tracker.path === null ? absent(tracker.missing) : present('exact', tracker.path),
      trackerAdvice(tracker, machine),
    ),
    recorder: diagnoseRecorder(),
    sources: Object.fromEntries(sources),
  };
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
