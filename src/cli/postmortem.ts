import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { exporterNamed, formatNames } from '../export/exporter.js';
import { EXPORTERS } from '../export/exporters.js';
import { systemReason } from '../model/setup-error.js';
import { EXIT_DONE } from '../os/exit-status.js';
import { postmortemContent } from '../page/postmortem-content.js';
import { PageFile } from '../page/write-page.js';
import { processNamed, readRecordingAt, recorderOfProcess } from '../recorder/open-recording.js';
import { postmortemOf } from '../recorder/postmortem.js';
import { withThreadsBeside } from '../recorder/thread-recorders.js';
import { renderOutlived } from '../render/outlived-table.js';
import { renderStacks } from '../render/stack-words.js';
import { readPlain } from '../stacks/plain-file.js';
import { readSites, type Sites } from '../stacks/read-sites.js';
import { sitesPath } from '../stacks/sites-path.js';
import { withNativeNames } from '../symbols/name-frames.js';
import { say } from '../terminal/say.js';
import { layoutOf } from '../terminal/terminal.js';
import type { Layout } from '../text/layout.js';
import { addFormatFlags } from './format-flag.js';
import { addTableFlags, type PageFlag, pageFlag, refuseTableFlags, type TableFlags } from './table-flags.js';

const HELP = `
FILE is the recorder of a process: of a program under "stageprof run", of a worker of "stageprof
map --profile", or of a StageProfiler with the option "recorder". It is only read, and its process
may still run. Recorders of its worker threads beside it are read with it, and its native stacks in
FILE.sites. If a part is damaged or cut off, a warning says so and the rest is shown. For the PID
of a process that has ended, the newest recorder in the folders of recorders is read; a recorder in
any other folder has to be named.

Exit codes: 0 done, 2 usage, or no recorder that can be read.`;

interface PostmortemFlags extends TableFlags, PageFlag {
  readonly format: string;
  readonly signal?: string;
}

export function postmortemCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('postmortem')
    .description('the report of a process that died, the stages that were open, its last memory readings')
    .argument('<pid or file>', 'the process, or its recorder');
  addFormatFlags(command, formatNames(EXPORTERS.recording))
    .addOption(new Option('--signal <name>', 'the signal that ended it, if you know it').argParser(parseSignal))
    .addOption(pageFlag());
  return addTableFlags(command)
    .addHelpText('after', HELP)
    .action((target: string, { format, signal, html, ...shown }: PostmortemFlags) => {
      const exporter = exporterNamed(EXPORTERS.recording, format);
      refuseTableFlags(exporter, shown);
      const pid = processNamed(target);
      const path = pid === null ? target : recorderOfProcess(pid);
      const page = html === undefined ? undefined : new PageFile(html);
      const recording = readRecordingAt(path);
      const found = withThreadsBeside(postmortemOf(recording, signal ?? null), path);
      const stacks = nativeStacksOf(path);
      const { stdout } = process;
      const layout = layoutOf(stdout, shown);
      stdout.write(exporter.render(found, layout));
      if (stacks !== null && format === 'table') stdout.write(wordsOf(stacks, layout));
      page?.leave(() => postmortemContent(found, recording, stacks?.profile ?? null, Date.now()));
      finish(EXIT_DONE);
    });
}

/** The native stacks and what has outlived which stages; null where the process has left no tables of them. */
function nativeStacksOf(recorder: string): Sites | null {
  const path = sitesPath(recorder);
  if (!existsSync(path)) return null;
  try {
    const sites = readSites(readPlain(path), randomInt(2 ** 32));
    return { ...sites, profile: withNativeNames(sites.profile) };
  } catch (error) {
    say(`${path}: these stacks are left out, ${systemReason(error)}`);
    return null;
  }
}

/** Who held native memory, and what of it had outlived which stages. */
function wordsOf({ profile, outlived, outlivedAgeS }: Sites, layout: Layout): string {
  const parts = [renderStacks(profile, layout), renderOutlived(outlived, { ...layout, ageS: outlivedAgeS })];
  return parts.map((part) => (part === undefined ? '' : `\n${part}`)).join('');
}

/** Any other name would be taken for a signal that is no evidence. */
function parseSignal(name: string): string {
  if (Object.hasOwn(constants.signals, name)) return name;
  throw new InvalidArgumentError('It has to be the name of a signal, such as SIGKILL.');
}
