import { constants } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { exporterNamed } from '../export/exporter.js';
import { EXPORTERS } from '../export/exporters.js';
import { postmortemOf } from '../recorder/postmortem.js';
import { tableOptions } from '../terminal/terminal.js';
import { EXIT_DONE } from './exit-codes.js';
import { formatFlag } from './format-flag.js';
import { processNamed, readRecordingAt, recorderOfProcess } from './open-recording.js';

const HELP = `
FILE is the recorder of a process: of one under "stageprof run", of a worker of "stageprof map
--profile", or of StageProfiler's option "recorder". It is only read, and may be of a process that
still runs. What is damaged or cut off is said, and the rest is shown. Of a PID that has ended, the
newest recorder in the folders of recorders is taken; one that was put elsewhere has to be named.

Exit codes: 0 done, 2 usage, or no recorder that can be read.`;

export function postmortemCommand(finish: (exitCode: number) => void): Command {
  return new Command('postmortem')
    .description('the report of a process that died, the stages that were open, its last memory readings')
    .argument('<pid or file>', 'the process, or its recorder')
    .addOption(formatFlag(EXPORTERS.recording))
    .addOption(new Option('--signal <name>', 'the signal that ended it, where you know it').argParser(parseSignal))
    .addHelpText('after', HELP)
    .action((target: string, { format, signal }: { format: string; signal?: string }) => {
      const pid = processNamed(target);
      const path = pid === null ? target : recorderOfProcess(pid);
      const found = postmortemOf(readRecordingAt(path), signal ?? null);
      const { stdout } = process;
      stdout.write(exporterNamed(EXPORTERS.recording, format).render(found, tableOptions(stdout)));
      finish(EXIT_DONE);
    });
}

/** Another name would be taken for a signal that tells nothing. */
function parseSignal(name: string): string {
  if (Object.hasOwn(constants.signals, name)) return name;
  throw new InvalidArgumentError('It has to be the name of a signal, such as SIGKILL.');
}
