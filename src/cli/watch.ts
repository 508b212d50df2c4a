import { Command, Option } from 'commander';
import { exporterNamed, formatNames } from '../export/exporter.js';
import { EXPORTERS } from '../export/exporters.js';
import { EXIT_DONE } from '../os/exit-status.js';
import { followRecorder } from '../recorder/followed-recorder.js';
import { layoutOf } from '../terminal/terminal.js';
import { addFormatFlags } from './format-flag.js';
import { numberWithin } from './number-flags.js';
import { addTableFlags, refuseTableFlags, type TableFlags } from './table-flags.js';

interface WatchFlags extends TableFlags {
  readonly interval: number;
  readonly format: string;
}

const HELP = `
Node processes under "stageprof run" and workers of "stageprof map --profile" have a recorder; other
processes have one if their StageProfiler has the option "recorder". It is read from outside, at no
cost to the process. A worker has a recorder for each input, and is followed from one to the next.
For the PID of "run" or "map" itself, a message names the processes that have a recorder. On a
terminal the table is refreshed in place; otherwise each table follows the one before. With
--format json each look is one line, as "stageprof postmortem --format json" prints it. This ends
with the process, when nobody reads the output any more (watch 4711 | head -n 40), or with Ctrl-C.

Exit codes: 0 done, 2 usage, or no recorder that can be read.`;

/** Clears the terminal and moves to its first line. */
const CLEAR = '\x1b[H\x1b[2J';

export function watchCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('watch')
    .description('a live table of a running process, read from its recorder at no cost to it')
    .argument('<pid or file>', 'the process, or its recorder');
  addFormatFlags(command, formatNames(EXPORTERS.recording)).addOption(
    new Option('--interval <seconds>', 'time between two tables')
      .default(1)
      .argParser(numberWithin(0.1, 3600, 'of seconds')),
  );
  return addTableFlags(command)
    .addHelpText('after', HELP)
    .action(async (target: string, flags: WatchFlags) => finish(await watch(target, flags)));
}

async function watch(target: string, { interval, format, ...shown }: WatchFlags): Promise<number> {
  const exporter = exporterNamed(EXPORTERS.recording, format);
  refuseTableFlags(exporter, shown);
  // The reader has gone, as in `watch 4711 | head`, or the disk is full. Without this the command would go on for
  // nobody, and the shell would wait for it, until the process ends.
  const unread = new AbortController();
  process.stdout.once('error', () => unread.abort());
  for await (const found of followRecorder(target, interval * 1000, unread.signal)) {
    show(exporter.render(found, layoutOf(process.stdout, shown)), format);
  }
  return EXIT_DONE;
}

function show(page: string, format: string): void {
  const { stdout } = process;
  if (format !== 'table') {
    stdout.write(page);
    return;
  }
  if (!stdout.isTTY) {
    stdout.write(`${page}\n`);
    return;
  }
  // Lines that do not fit would scroll the first ones away. A terminal that nobody looks at may have 0 rows.
  const { rows } = stdout;
  const lines = page.split('\n');
  stdout.write(CLEAR + (rows > 1 ? lines.slice(0, rows - 1) : lines).join('\n'));
}
