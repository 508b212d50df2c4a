import type { InputsPart } from '../page/page-data.js';
import { button, el, wide } from './dom.js';
import { medianOf, type StageMedians } from './inputs-model.js';
import { amount, named } from './text.js';

/** One input: its numbers and its stages, each beside the median. */
export function inputCard(part: InputsPart, medians: StageMedians, input: number, onClose: () => void): HTMLElement {
  const { names, files, file, line, errors, error, columns, stages } = part;
  const failure = errors[error[input]!]!;
  return el(
    'section',
    { class: 'card', tabIndex: -1, attributes: { 'aria-label': 'Input' } },
    el(
      'div',
      { class: 'of' },
      el('h3', {}, named(names[input]!)),
      button('×', onClose, { title: 'Close', attributes: { 'aria-label': 'Close' } }),
    ),
    el(
      'p',
      { class: 'muted' },
      named(`${files[file[input]!]}:${line[input]}`),
      failure === '' ? null : [' ', el('span', { class: 'pill alarm' }, 'failed: ', named(failure))],
    ),
    el(
      'div',
      { class: 'beside' },
      table(
        'number',
        ['this input', 'median', 'times'],
        columns.map(({ heading, unit, values, ...column }) => {
          const own = values[input] ?? null;
          const median = medianOf({ heading, unit, values, ...column });
          return [heading, amount(own, unit), amount(median, unit), timesText(own, median)];
        }),
      ),
      stages === null
        ? null
        : table(
            'stage',
            stages.metrics.flatMap(({ heading }) => [heading, 'median', 'times']),
            medians.of(input).map(({ stage, values }) => [
              stage,
              ...values.flatMap(({ own, median }, metric) => {
                const { unit } = stages.metrics[metric]!;
                return [amount(own, unit), amount(median, unit), timesText(own, median)];
              }),
            ]),
          ),
    ),
  );
}

function table(first: string, headings: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return wide(
    `By ${first}`,
    el(
      'table',
      { class: 'plain' },
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          el('th', { scope: 'col', class: 'label' }, first),
          headings.map((heading) => el('th', { scope: 'col' }, heading)),
        ),
      ),
      el(
        'tbody',
        {},
        rows.map(([name = '', ...cells]) =>
          el(
            'tr',
            {},
            el('th', { scope: 'row', class: 'label' }, named(name)),
            cells.map((cell) =>
              el('td', cell.endsWith('×') && Number.parseFloat(cell) >= 2 ? { class: 'much' } : {}, cell),
            ),
          ),
        ),
      ),
    ),
  );
}

/** How many times the median; empty where there is none. */
export function timesText(own: number | null, median: number | null): string {
  if (own === null || median === null || own <= 0 || median <= 0) return '';
  const times = own / median;
  if (times >= 100) return `${Math.round(times).toLocaleString('en-US')}×`;
  return `${times.toFixed(times >= 10 ? 0 : times >= 1 ? 1 : 2)}×`;
}
