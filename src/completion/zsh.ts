import { type CommandTable, type CommandWords, type OptionWords, quoted } from './command-table.js';

export function zshCompletion({ program, commands }: CommandTable): string {
  return `\
#compdef ${program}
# zsh: source <(${program} completion zsh), or save it as _${program} in a folder of $fpath
_${program}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join('\n')}
  )
  _arguments -C '--help[display help]' '--version[output the version]' '1: :->command' '*:: :->rest'
  case $state in
  command) _describe 'command' commands ;;
  rest)
    case $line[1] in
${commands.map(commandCase).join('\n')}
    esac
    ;;
  esac
}
if [[ $funcstack[1] == _${program} ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}

function commandCase({ name, options, operands }: CommandWords): string {
  const rest =
    operands === 'none' ? [] : [operands === 'paths' ? "'*:path:_files'" : `'1:word:(${operands.join(' ')})'`];
  return `    ${name}) _arguments ${[...options.map(specOf), ...rest].join(' ')} ;;`;
}

/** `'--format=[format of the result]:value:(table json)'` */
function specOf({ flag, description, value }: OptionWords): string {
  // Brackets and colons are syntax within a description.
  const told = description.replace(/[[\]:\\]/g, '\\$&');
  if (value === 'none') return quoted(`${flag}[${told}]`);
  const action = value === 'path' ? '_files' : value === 'text' ? '' : `(${value.join(' ')})`;
  return quoted(`${flag}=[${told}]:value:${action}`);
}
