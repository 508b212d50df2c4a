import { type CommandTable, type CommandWords, quoted } from './command-table.js';

/** Where `COMPREPLY` stays empty, `-o default` offers paths. */
export function bashCompletion({ program, commands }: CommandTable): string {
  return `\
# bash: source <(${program} completion bash)
_${program}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= words= word index
  # Bash splits --flag=value at the sign.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    # What follows belongs to the program that is run.
    [[ $word == -- ]] && return
    [[ -z $command && $word != -* ]] && command=$word
  done
  case "$command $previous" in
${commands.flatMap(valueCases).join('\n')}
  *)
    case "$command" in
    '') words=${quoted([...commands.map(({ name }) => name), '--help', '--version'].join(' '))} ;;
${commands.map(operandCase).join('\n')}
    esac
    ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${program} ${program}
`;
}

function valueCases({ name, options }: CommandWords): string[] {
  return options.flatMap(({ flag, value }) => {
    if (value === 'none') return [];
    const pattern = `  ${quoted(`${name} ${flag}`)})`;
    if (value === 'path') return [`${pattern} return ;;`];
    return [value === 'text' ? `${pattern} compopt +o default ;;` : `${pattern} words=${quoted(value.join(' '))} ;;`];
  });
}

function operandCase({ name, options, operands }: CommandWords): string {
  const flags = options.map(({ flag }) => flag).join(' ');
  if (operands === 'paths') return `    ${name}) [[ $current == -* ]] && words=${quoted(flags)} ;;`;
  const words = operands === 'none' ? flags : [...operands, flags].join(' ');
  return `    ${name}) words=${quoted(words)} && compopt +o default ;;`;
}
