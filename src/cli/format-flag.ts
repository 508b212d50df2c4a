import { type Command, Option } from 'commander';

/** Adds `--format`, which takes these names, and `--json`, which every command has for one of them. The first is the default. */
export function addFormatFlags(command: Command, names: readonly string[]): Command {
  return command
    .addOption(new Option('--format <format>', 'format of the result').choices(names).default(names[0]))
    .option('--json', 'the same as --format json')
    .on('option:json', () => command.setOptionValueWithSource('format', 'json', 'cli'));
}
