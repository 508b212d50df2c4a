import { Map, Number } from '../host/intrinsics.js';

/**
 * A warning of a report is one string, `text: N`: what happened, and how many times. The count stands last, so that the
 * same text from thousands of reports stays one line. A string without a count is kept once, as it is.
 */
interface Warning {
  readonly text: string;
  readonly count: number | null;
}

const ONE_FURTHER: Warning = { text: 'further warnings', count: 1 };

// A count of at most fifteen digits is a safe integer, and is written back as it was read.
const COUNTED = /^(.*): (0|[1-9][0-9]{0,14})$/s;

/** `formatWarning('stages closed out of order', 3)` is `stages closed out of order: 3`. */
export function formatWarning(text: string, count: number): string {
  return `${text}: ${count}`;
}

/** The text and count of a warning; the count is null where the string does not end in one. */
export function parseWarning(warning: string): Warning {
  const match = COUNTED.exec(warning);
  return match === null ? { text: warning, count: null } : { text: match[1]!, count: Number(match[2]) };
}

/** A merge keeps so many texts: a warning that names its cause may have a different text in each report. */
const MOST_TEXTS = 1000;

/** All warnings in order of first appearance, the counts of equal texts added. */
export function mergeWarnings(lists: Iterable<readonly string[]>): string[] {
  const counts = new Map<string, Warning>();
  for (const list of lists) {
    for (const warning of list) {
      const parsed = parseWarning(warning);
      const { text, count } = counts.size < MOST_TEXTS || counts.has(keyOf(parsed)) ? parsed : ONE_FURTHER;
      const key = keyOf({ text, count });
      const earlier = counts.get(key);
      counts.set(key, { text, count: count === null ? null : count + (earlier?.count ?? 0) });
    }
  }
  return [...counts.values()].map(({ text, count }) => (count === null ? text : formatWarning(text, count)));
}

/** A text with and one without a count are two warnings: adding nothing to a count would hide one. */
function keyOf({ text, count }: Warning): string {
  return count === null ? `once ${text}` : `many ${text}`;
}
