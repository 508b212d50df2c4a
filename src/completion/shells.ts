import { bashCompletion } from './bash.js';
import type { CommandTable } from './command-table.js';
import { fishCompletion } from './fish.js';
import { zshCompletion } from './zsh.js';

export const COMPLETIONS: Readonly<Record<string, (table: CommandTable) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};
