#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../model/package-version.js';
import { SetupError, systemReason } from '../model/setup-error.js';
import { UsageError } from '../model/usage-error.js';
import { EXIT_DONE, EXIT_FAILED, EXIT_USAGE } from '../os/exit-status.js';
import { say } from '../terminal/say.js';
import { compareCommand } from './compare.js';
import { completionCommand } from './completion.js';
import { doctorCommand } from './doctor.js';
import { flameCommand } from './flame.js';
import { mapCommand } from './map.js';
import { postmortemCommand } from './postmortem.js';
import { reconcileCommand } from './reconcile.js';
import { runCommand } from './run.js';
import { summarizeCommand } from './summarize.js';
import { watchCommand } from './watch.js';

const COMMANDS = [
  runCommand,
  mapCommand,
  summarizeCommand,
  compareCommand,
  reconcileCommand,
  watchCommand,
  postmortemCommand,
  flameCommand,
  doctorCommand,
  completionCommand,
];

function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('stageprof')
    .description('What each named stage of a pipeline costs in time, CPU and memory, summed over a whole corpus.')
    .version(packageVersion())
    .exitOverride()
    // Arguments after the program of `run` belong to the program.
    .enablePositionalOptions()
    // Errors are thrown, and printed once, in one line, below.
    .configureOutput({ writeErr: () => {} });
  for (const create of COMMANDS) {
    const command = create(finish);
    refuseFlagsAsValues(command);
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

/**
 * `--out -- node app.js` and `--outdir --profile` lack a value. Without this check the flag would be taken for it, and a
 * file of that name would be written.
 */
function refuseFlagsAsValues(command: Command): void {
  for (const { required, flags, long } of command.options) {
    if (!required) continue;
    command.on(`option:${long!.slice('--'.length)}`, (value: string) => {
      if (value === '--' || command.options.some((option) => option.long === value))
        throw new UsageError(`option '${flags}' argument missing: ${value} comes next`);
    });
  }
}

/** The exit code of a command line; every usage error is one line on stderr. */
async function main(argv: readonly string[]): Promise<number> {
  let exitCode = EXIT_DONE;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_DONE;
    const message = usageMessage(error, program);
    if (message === undefined) throw error;
    say(message);
    return EXIT_USAGE;
  }
}

/** Undefined for an error that is no mistake of the user. */
function usageMessage(error: unknown, program: Command): string | undefined {
  if (error instanceof UsageError || error instanceof SetupError) return error.message;
  if (!(error instanceof CommanderError)) return undefined;
  if (error.code === 'commander.help') {
    const names = program.commands.map((command) => command.name());
    return `no command given, the commands are ${names.join(', ')}: see stageprof --help`;
  }
  // Commander puts a proposal such as "Did you mean" on a line of its own.
  return error.message.replace(/^error: /, '').replaceAll('\n', ' ');
}

// A closed or full stderr loses messages and nothing else. Without a listener, its error would fail the running input.
process.stderr.on('error', () => {});

let lostOutput: Error | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // In `stageprof … | head` the reader has what it wants, which is no error.
  if (error.code !== 'EPIPE') lostOutput ??= error;
});

const exitCode = await main(process.argv.slice(2));
// Exits explicitly, once stdout has taken everything: a timer or connection that a pipeline has left open would keep
// the process, and the node of its job, until the time limit.
process.stdout.write('', () => {
  // The error of an earlier write comes after this callback, in the same turn.
  setImmediate(() => {
    if (lostOutput !== undefined) say(`stdout: cannot be written, ${systemReason(lostOutput)}`);
    process.exit(lostOutput !== undefined && exitCode === EXIT_DONE ? EXIT_FAILED : exitCode);
  });
});
