import { say } from '../terminal/say.js';
import { counted } from '../text/format.js';
import type { ReadOutcome } from './read-outcome.js';
import { MOST_INPUTS } from './repeated-inputs.js';

/**
 * Says what of the files is not in the result, a line each on stderr.
 *
 * @param isLenient whether lines may be missing; undefined for a command that has no --lenient
 * @returns whether everything was taken, or nothing is missing but what may be
 */
export function sayNotTaken(
  { records, unreadable, malformed, named }: Pick<ReadOutcome, 'records' | 'unreadable' | 'malformed' | 'named'>,
  isLenient?: boolean,
): boolean {
  for (const line of unreadable) say(line);
  // A file of something else is told by its first line as well as by twenty.
  const shown = records === 0 ? named.slice(0, 1) : named;
  for (const line of shown) say(line);
  if (malformed > 0) {
    const first = shown.length === 1 ? 'the first is' : `the first ${shown.length} are`;
    const others = malformed > shown.length ? `, ${first} named above` : '';
    const remedy = isLenient === false ? ' (--lenient to exit with 0 all the same)' : '';
    const are = malformed === 1 ? 'is no record' : 'are no records';
    say(`${counted(malformed, 'line')} left out that ${are}${others}${remedy}`);
  }
  return unreadable.length === 0 && (malformed === 0 || isLenient === true);
}

/**
 * Says how many inputs were run more than once, for a reader that adds up all of their records: only a person can tell
 * which record is the right one.
 */
export function sayRepeated({ repeatedInputs: repeated }: Pick<ReadOutcome, 'repeatedInputs'>): void {
  if (repeated === null) say(`more than ${MOST_INPUTS} inputs: whether one has several records was not looked for`);
  else if (repeated > 0) {
    const inputs = repeated === 1 ? '1 input has' : `${repeated} inputs have`;
    say(`${inputs} more than one good record, and all of them are in the sums: was it run twice?`);
  }
}
