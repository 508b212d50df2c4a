import type { CompositionData } from '../page/page-data.js';
import { el } from './dom.js';
import { colourOf, holderOf } from './holders.js';
import { amount, clock, named } from './text.js';

/** Who held the resident set at some moments, as bars that share one scale. */
export function compositionsView(compositions: readonly CompositionData[]): HTMLElement {
  const largest = Math.max(...compositions.map(({ rss }) => rss));
  return el(
    'div',
    { class: 'compositions' },
    compositions.map((one) => compositionBar(one, largest)),
  );
}

export function compositionBar({ when, rss, parts, details, ageS }: CompositionData, largest: number): HTMLElement {
  const positive = parts.filter(({ kib }) => kib > 0);
  const sum = positive.reduce((total, { kib }) => total + kib, 0);
  const least = parts.filter(({ kib }) => kib < 0);
  const sentence = [
    `${amount(rss, 'KiB')} resident ${when}: `,
    positive.map(({ holder, kib }) => `${holderOf(holder).name} ${amount(kib, 'KiB')}`).join(', '),
    ...least.map(({ kib }) => `, less ${amount(-kib, 'KiB')} that is not resident`),
  ].join('');
  return el(
    'figure',
    { class: 'composition' },
    el('figcaption', {}, el('b', {}, amount(rss, 'KiB')), ` resident ${when}`),
    el(
      'div',
      {
        class: 'parts',
        role: 'img',
        style: { '--share': (sum / Math.max(largest, sum)).toFixed(4) },
        attributes: { 'aria-label': sentence },
      },
      positive.map(({ holder, kib }) =>
        el('span', {
          title: `${holderOf(holder).name} ${amount(kib, 'KiB')}: ${holderOf(holder).meaning}`,
          style: { background: colourOf(holder), 'flex-grow': String(kib) },
        }),
      ),
    ),
    el(
      'ul',
      { class: 'legend' },
      positive
        .toSorted((a, b) => b.kib - a.kib)
        .map(({ holder, kib }) =>
          el(
            'li',
            { title: holderOf(holder).meaning },
            el('i', { style: { background: colourOf(holder) } }),
            holderOf(holder).name,
            el('b', {}, amount(kib, 'KiB')),
          ),
        ),
    ),
    least.length === 0
      ? null
      : el(
          'p',
          { class: 'note' },
          `${amount(-least[0]!.kib, 'KiB')} of the parts were not resident: not touched yet, or given back to the kernel.`,
        ),
    details.length === 0
      ? null
      : el(
          'p',
          { class: 'note' },
          'Largest mappings and files: ',
          details.map(({ holder, kib }, index) => [index === 0 ? '' : ', ', named(holder), ` ${amount(kib, 'KiB')}`]),
        ),
    ageS > 2 ? el('p', { class: 'note' }, `Some parts are ${clock(ageS)} older.`) : null,
  );
}
