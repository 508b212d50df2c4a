import type { CommandTable, CommandWords, OptionWords } from './command-table.js';

export function fishCompletion({ program, commands }: CommandTable): string {
  return [
    `# fish: ${program} completion fish | source`,
    `complete -c ${program} -f`,
    ...commands.map(
      ({ name, description }) => `complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ),
    ...['help', 'version'].map((flag) => `complete -c ${program} -n __fish_use_subcommand -l ${flag}`),
    ...commands.flatMap((command) => linesOf(program, command)),
    '',
  ].join('\n');
}

function linesOf(program: string, { name, options, operands }: CommandWords): string[] {
  const within = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`;
  const words = operands === 'paths' ? ['-F'] : operands === 'none' ? [] : [`-a ${quoted(operands.join(' '))}`];
  return [
    ...words.map((operand) => `${within} ${operand}`),
    ...options.map((option) => `${within} ${optionOf(option)}`),
  ];
}

function optionOf({ flag, description, value }: OptionWords): string {
  const takes =
    value === 'none'
      ? ''
      : value === 'path'
        ? ' -r -F'
        : value === 'text'
          ? ' -x'
          : ` -x -a ${quoted(value.join(' '))}`;
  return `-l ${flag.slice('--'.length)}${takes} -d ${quoted(description)}`;
}

/** Within single quotes, fish knows two escapes. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
