import type { Failure } from './failure.js';

const LONGEST_MESSAGE = 300;

/** A failure on one line of the terminal. The record holds all of it. */
export function failureInShort({ kind, name, message, open }: Failure): string {
  const [firstLine = ''] = message.split('\n', 1);
  const text = firstLine.length > LONGEST_MESSAGE ? `${firstLine.slice(0, LONGEST_MESSAGE)}…` : firstLine;
  // The message about a process that ended names the stage itself.
  const stage = open?.at(-1)?.stage;
  const where = stage === undefined || text.includes(` in ${stage}`) ? '' : `, in ${stage}`;
  if (kind === 'uncaught') return `uncaught ${name ?? 'value'}: ${text}${where}`;
  return name === undefined ? `${text}${where}` : `${name}: ${text}${where}`;
}
