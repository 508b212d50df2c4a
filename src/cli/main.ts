#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../model/package-version.js';
import { SetupError, systemReason } from '../model/setup-error.js';
import { UsageError } from '../model/usage-error.js';
import { EXIT_DONE, EXIT_FAILED, EXIT_USAGE } from '../os/exit-status.js';
import { say } from '../terminal/say.js';

type CreateCommand = (finish: (exitCode: number) => void) => Command;

/** In the order of the help. Loading all of them takes longer than a small file takes to be summed up. */
const COMMANDS: Readonly<Record<string, () => Promise<CreateCommand>>> = {
  run: async () => (await import('./run.js')).runCommand,
  map: async () => (await import('./map.js')).mapCommand,
  summarize: async () => (await import('./summarize.js')).summarizeCommand,
  compare: async () => (await import('./compare.js')).compareCommand,
  reconcile: async () => (await import('./reconcile.js')).reconcileCommand,
  watch: async () => (await import('./watch.js')).watchCommand,
  postmortem: async () => (await import('./postmortem.js')).postmortemCommand,
  flame: async () => (await import('./flame.js')).flameCommand,
  attach: async () => (await import('./attach.js')).attachCommand,
  doctor: async () => (await import('./doctor.js')).doctorCommand,
  completion: async () => (await import('./completion.js')).completionCommand,
};

/** Its script has the words of all commands. */
const NEEDS_ALL = 'completion';

/** These need none. */
const VERSION_FLAGS: readonly (string | undefined)[] = ['--version', '-V'];

/** The command that a command line begins with, or all of them where it begins with something else, such as `--help`. */
function loadCommands([name]: readonly string[]): Promise<CreateCommand[]> {
  if (VERSION_FLAGS.includes(name)) return Promise.resolve([]);
  const isEnough = name !== undefined && name !== NEEDS_ALL && Object.hasOwn(COMMANDS, name);
  return Promise.all(isEnough ? [COMMANDS[name]!()] : Object.values(COMMANDS).map((load) => load()));
}

function createProgram(commands: readonly CreateCommand[], finish: (exitCode: number) => void): Command {
  const program = new Command('stageprof')
    .description('What each named stage of a pipeline costs in time, CPU and memory, summed over a whole corpus.')
    .version(packageVersion())
    .exitOverride()
    // Arguments after the program of `run` belong to the program.
    .enablePositionalOptions()
    // Errors are thrown, and printed once, in one line, below.
    .configureOutput({ writeErr: () => {} });
  for (const create of commands) {
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
  const program = createProgram(await loadCommands(argv), (code) => {
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
