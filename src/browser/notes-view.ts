import type { PageNote } from '../page/page-data.js';
import { el } from './dom.js';
import { named } from './text.js';

/** Lines of text, each with a word in front of it. */
export function notesView(notes: readonly PageNote[]): HTMLElement {
  return el(
    'dl',
    { class: 'notes' },
    notes.map(({ key, text, isAlarm }) => [
      el('dt', isAlarm === true ? { class: 'alarm' } : {}, key),
      el('dd', {}, named(text)),
    ]),
  );
}
