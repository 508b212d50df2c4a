import type { TimelinePart } from '../page/page-data.js';
import { el, wide } from './dom.js';
import { holderOf } from './holders.js';
import { amount, clock, named } from './text.js';
import { openAt, type StackedHolder } from './timeline-model.js';

const MOST_ROWS = 40;

/** The chart for those who read tables: points at equal distances, and the peak. */
export function timelineTable(part: TimelinePart, holders: readonly StackedHolder[], peak: number | null): HTMLElement {
  const last = part.t.length - 1;
  const count = Math.min(MOST_ROWS, part.t.length);
  const points = new Set(
    Array.from({ length: count }, (_, row) => (count === 1 ? 0 : Math.round((row * last) / (count - 1)))),
  );
  if (peak !== null) points.add(peak);
  return el(
    'details',
    {},
    el('summary', {}, 'The same as a table'),
    wide(
      'Resident set over time',
      el(
        'table',
        { class: 'plain' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            ['at', 'resident', ...holders.map(({ holder }) => holderOf(holder).name)].map((text) =>
              el('th', { scope: 'col' }, text),
            ),
            el('th', { scope: 'col', class: 'label' }, 'open stages'),
          ),
        ),
        el(
          'tbody',
          {},
          [...points]
            .sort((a, b) => a - b)
            .map((point) =>
              el(
                'tr',
                point === peak ? { class: 'marked' } : {},
                el('th', { scope: 'row' }, `${clock(part.t[point]!)}${point === peak ? ' (peak)' : ''}`),
                el('td', {}, amount(part.rss[point], 'KiB')),
                holders.map(({ kib }) => el('td', {}, amount(kib[point], 'KiB'))),
                el('td', { class: 'label' }, named(openAt(part, point).join(', '))),
              ),
            ),
        ),
      ),
    ),
  );
}
