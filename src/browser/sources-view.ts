import type { ReportPart } from '../page/page-data.js';
import { el, wide } from './dom.js';
import { notesView } from './notes-view.js';
import { named } from './text.js';

/** What is measured how, and what the numbers do not say. */
export function sourcesView({ sources, notes }: ReportPart): HTMLElement {
  return el(
    'div',
    {},
    notes.length === 0 ? null : notesView(notes),
    wide(
      'Sources',
      el(
        'table',
        { class: 'plain' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            ['source', 'truth', 'what', 'how'].map((text) => el('th', { scope: 'col', class: 'label' }, text)),
          ),
        ),
        el(
          'tbody',
          {},
          sources.map(({ name, meaning, truth, how }) =>
            el(
              'tr',
              {},
              el('th', { scope: 'row', class: 'label name' }, name),
              el('td', { class: 'label' }, el('span', { class: `pill truth-${truth}` }, truth)),
              el('td', { class: 'label wrap' }, meaning),
              el('td', { class: 'label wrap' }, named(how)),
            ),
          ),
        ),
      ),
    ),
  );
}
