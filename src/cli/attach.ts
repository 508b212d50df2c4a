import { Command, InvalidArgumentError, Option } from 'commander';
import { attachProcess } from '../attach/attach-process.js';
import { pidOf } from '../attach/pid-of.js';
import { STACKS, type Stacks } from '../model/options.js';
import { UsageError } from '../model/usage-error.js';
import { listed } from '../text/format.js';
import { numberWithin } from './number-flags.js';
import { addTableFlags, type PageFlag, pageFlag, type TableFlags } from './table-flags.js';

interface AttachFlags extends TableFlags, PageFlag {
  readonly for: number;
  readonly stacks: readonly Stacks[];
  readonly out?: string;
  readonly pidOf?: string;
  readonly yes?: true;
}

const HELP = `
First /proc is read, which the process does not notice. Then its inspector is opened by SIGUSR1, on a
port of this machine's loopback, and closed again in the end; the process prints the lines of Node about
that to its stderr. Where that is not possible, one line says why, and what /proc tells is printed all
the same. docs/attach.md says what is done in the process, what stays in it, and who may do this.

Ctrl-C ends the look early: what was begun is undone, and what was seen is printed. Where the inspector
was asked for and is not open yet, the command waits for it, 5 seconds at most, and closes it.

Exit codes: 0 done; 1 the process could be seen from outside only; 2 usage, or no such process; 128+n after
signal n, such as 130 after Ctrl-C.`;

export function attachCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('attach')
    .description('look into a running process that was not started under stageprof, and leave it as it was')
    .argument('[pid]', 'the process')
    .addOption(
      new Option('--pid-of <name>', 'the one node process with that script, command or title, instead of its id'),
    )
    .addOption(
      new Option('--for <seconds>', 'how long it is sampled')
        .default(10)
        .argParser(numberWithin(0.1, 3600, 'of seconds')),
    )
    .addOption(
      new Option('--stacks <kinds>', `call stacks to sample: ${listed(STACKS)}, or none`)
        .default(['cpu'], 'cpu')
        .argParser(parseStacks),
    )
    .option('--out <file>', 'also write the report to a file, as one line of JSON, and the stacks beside it')
    .addOption(pageFlag())
    .option('--yes', 'begin CPU stacks also where that stops the program for more than a second');
  return addTableFlags(command)
    .addHelpText('after', HELP)
    .action(async (pid: string | undefined, flags: AttachFlags) => finish(await attach(pid, flags)));
}

function attach(pid: string | undefined, flags: AttachFlags): Promise<number> {
  const { for: seconds, stacks, out, html, pidOf: name, yes, ...shown } = flags;
  if ((pid === undefined) === (name === undefined)) {
    throw new UsageError('give the id of a process, or --pid-of and a name');
  }
  return attachProcess({
    pid: pid === undefined ? pidOf(name!) : parsePid(pid),
    seconds,
    stacks: new Set(stacks),
    mayPause: yes === true,
    out,
    html,
    shown,
  });
}

function parsePid(text: string): number {
  const pid = Number(text);
  if (/^\d+$/.test(text) && pid > 0 && pid < 2 ** 31) return pid;
  throw new UsageError(`${text}: it has to be the id of a process`);
}

function parseStacks(text: string): Stacks[] {
  if (text === 'none') return [];
  const kinds = text.split(',');
  if (kinds.every((kind) => (STACKS as readonly string[]).includes(kind))) return kinds as Stacks[];
  throw new InvalidArgumentError(`It has to be ${listed(STACKS)}, both with a comma between them, or none.`);
}
