import type { InputsPart } from '../page/page-data.js';
import { el, wide } from './dom.js';
import { failedText, isFailed } from './inputs-model.js';
import { named, plural } from './text.js';

const MOST_LISTED = 100;

/** The inputs of a corpus in which nothing was measured: those that failed, and where their records are. */
export function failedInputs(part: InputsPart): HTMLElement {
  const { names, files, file, line, errors, error, total, notes } = part;
  const failed = [...names.keys()].filter((input) => isFailed(part, input));
  const more = failed.length - MOST_LISTED;
  return el(
    'div',
    {},
    el(
      'p',
      { class: 'told' },
      el('b', {}, plural(total, 'input')),
      `, ${failedText(part)}. None has a profile, so there are no numbers to show.`,
    ),
    notes.map((note) => el('p', { class: 'note' }, note)),
    wide(
      'Failed inputs',
      el(
        'table',
        { class: 'plain outliers' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            ['input', 'failure', 'record'].map((text) => el('th', { scope: 'col', class: 'label' }, text)),
          ),
        ),
        el(
          'tbody',
          {},
          failed
            .slice(0, MOST_LISTED)
            .map((input) =>
              el(
                'tr',
                {},
                el('th', { scope: 'row', class: 'label' }, named(names[input]!)),
                el('td', { class: 'label' }, el('span', { class: 'pill alarm' }, named(errors[error[input]!]!))),
                el('td', { class: 'label muted' }, named(`${files[file[input]!]}:${line[input]}`)),
              ),
            ),
        ),
      ),
    ),
    more > 0 ? el('p', { class: 'note' }, `and ${more.toLocaleString('en-US')} more`) : null,
  );
}
