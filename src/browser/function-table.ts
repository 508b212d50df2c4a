import type { PageUnit } from '../page/page-data.js';
import { el, wide } from './dom.js';
import type { FlameModel } from './flame-model.js';
import { amount, named } from './text.js';

const MOST_FUNCTIONS = 25;

/** The heaviest functions of a view: the picture for those who read tables. */
export function functionTable(model: FlameModel, view: number | readonly number[], unit: PageUnit): HTMLElement {
  const whole = model.totalOf(view);
  const sums = model
    .functions(view)
    .filter(({ frame }) => model.kindOf(frame) !== 'stage')
    .sort((a, b) => b.self - a.self || b.total - a.total)
    .slice(0, MOST_FUNCTIONS);
  const { hasBase } = model;
  return el(
    'details',
    {},
    el('summary', {}, 'The heaviest functions as a table'),
    wide(
      'Heaviest functions',
      el(
        'table',
        { class: 'plain' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            ['function', 'itself', 'share', 'with callees', ...(hasBase ? ['to the base'] : []), 'where'].map((text) =>
              el('th', { scope: 'col', class: text === 'function' || text === 'where' ? 'label' : '' }, text),
            ),
          ),
        ),
        el(
          'tbody',
          {},
          sums.map(({ frame, self, total, change }) =>
            el(
              'tr',
              {},
              el('th', { scope: 'row', class: 'label' }, named(model.nameOf(frame), 'function')),
              el('td', {}, amount(self, unit)),
              el('td', {}, amount(whole === 0 ? 0 : self / whole, 'share')),
              el('td', {}, amount(total, unit)),
              hasBase ? el('td', {}, amount(change, unit, true)) : null,
              el('td', { class: 'label muted' }, named(model.whereOf(frame))),
            ),
          ),
        ),
      ),
    ),
  );
}
