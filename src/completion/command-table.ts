/** What a shell has to know of the command line. */
export interface CommandTable {
  readonly program: string;
  readonly commands: readonly CommandWords[];
}

export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** What its operands may be: paths, one of some words, or nothing. */
  readonly operands: 'paths' | 'none' | readonly string[];
}

export interface OptionWords {
  /** `--format` */
  readonly flag: string;
  readonly description: string;
  /** What follows it: a path, some text, one of some words, or nothing. */
  readonly value: 'path' | 'text' | 'none' | readonly string[];
}

/** A text within single quotes of sh, bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
