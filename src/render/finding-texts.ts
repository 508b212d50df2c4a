import type { Finding, FindingKind } from '../findings/rule.js';
import { Number, Object, Set } from '../host/intrinsics.js';
import { escapeControls } from '../text/escape.js';
import { textWidth } from '../text/text-width.js';
import type { Note } from './notes.js';

export const FINDING_HEADING = 'finding';

/** The kinds of a row, the one that matters most first. Those that do not fit are counted: `fragmentation +2`. */
export function findingCell(findings: readonly Finding[], width = Number.POSITIVE_INFINITY): string {
  const kinds = findings.map(({ kind }) => kind);
  for (let shown = kinds.length; shown > 1; shown--) {
    const text = abridged(kinds, shown);
    if (textWidth(text) <= width) return text;
  }
  return kinds.length === 0 ? '' : abridged(kinds, 1);
}

function abridged(kinds: readonly FindingKind[], shown: number): string {
  const more = kinds.length - shown;
  return `${kinds.slice(0, shown).join(',')}${more === 0 ? '' : ` +${more}`}`;
}

/** So many kinds are explained below a table. The others are only named. */
const MOST_EXPLAINED = 3;

/** @param worst the worst finding of each kind, the one that matters most first */
export function findingNotes(worst: readonly Finding[]): Note[] {
  const notes = worst
    .slice(0, MOST_EXPLAINED)
    .map(({ stage, kind, text }): Note => ({ key: kind, text: escapeControls(`${stage}: ${text}`) }));
  const others = worst.slice(MOST_EXPLAINED).map(({ kind }) => kind);
  if (others.length === 0) return notes;
  return [...notes, { key: 'also', text: `${others.join(', ')}: see docs/findings.md` }];
}

/** The fields that the findings explained below a table rest on. */
export function evidenceOf(worst: readonly Finding[]): ReadonlySet<string> {
  return new Set(worst.slice(0, MOST_EXPLAINED).flatMap(({ numbers }) => Object.keys(numbers)));
}
