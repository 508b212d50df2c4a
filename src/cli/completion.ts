import { Argument, Command, type Option } from 'commander';
import type { CommandTable, CommandWords, OptionWords } from '../completion/command-table.js';
import { COMPLETIONS } from '../completion/shells.js';
import { EXIT_DONE } from '../os/exit-status.js';

const SHELLS = Object.keys(COMPLETIONS);

const HELP = `
Prints a script that completes commands, flags and their values:
  source <(stageprof completion bash)      in ~/.bashrc
  source <(stageprof completion zsh)       in ~/.zshrc, after compinit
  stageprof completion fish | source       in ~/.config/fish/config.fish

Exit codes: 0 done, 2 usage.`;

export function completionCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('completion')
    .description('a script that completes the words of this command in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: string) => {
      process.stdout.write(COMPLETIONS[shell]!(tableOf(command.parent!)));
      finish(EXIT_DONE);
    });
  return command;
}

/** The commands and options that the help is made from. */
function tableOf(program: Command): CommandTable {
  const commands = program.createHelp().visibleCommands(program);
  return { program: program.name(), commands: commands.map((command) => wordsOf(command, program)) };
}

function wordsOf(command: Command, program: Command): CommandWords {
  const isHelp = !program.commands.includes(command);
  const [argument] = command.registeredArguments;
  const operands = isHelp
    ? program.commands.map((one) => one.name())
    : (argument?.argChoices ?? (argument === undefined ? 'none' : 'paths'));
  return {
    name: command.name(),
    description: command.description(),
    options: command.createHelp().visibleOptions(command).map(optionOf),
    operands,
  };
}

function optionOf({ long, description, argChoices, required, flags }: Option): OptionWords {
  const value = argChoices ?? (!required ? 'none' : /<.*\b(file|dir)\b.*>/.test(flags) ? 'path' : 'text');
  return { flag: long!, description, value };
}
