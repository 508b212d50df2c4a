import { Number } from '../host/intrinsics.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import type { Layout } from '../text/layout.js';
import { painter } from '../text/paint.js';
import { allocationNotes } from './allocation-notes.js';
import { noteLines } from './note-lines.js';
import { stackNotes } from './stack-notes.js';

/** The heaviest stacks of all kinds in words; undefined where there are none. */
export function renderStacks(
  profile: StackProfile,
  { width = Number.POSITIVE_INFINITY, colour = false }: Layout = {},
): string | undefined {
  const notes = [...stackNotes(profile), ...allocationNotes(profile)];
  return notes.length === 0 ? undefined : `${noteLines(notes, width, painter(colour)).join('\n')}\n`;
}
