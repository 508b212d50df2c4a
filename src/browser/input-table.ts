import type { InputColumn, InputsPart } from '../page/page-data.js';
import { el } from './dom.js';
import { amount, named } from './text.js';

interface TableOfInputs {
  /** For a screen reader. */
  readonly name: string;
  readonly onOpen: (input: number) => void;
}

/** Some inputs by two numbers, and how they failed where they did. */
export function inputTable(
  { names, errors, error }: InputsPart,
  columns: readonly InputColumn[],
  inputs: readonly number[],
  { name, onOpen }: TableOfInputs,
): HTMLElement {
  const row = (input: number) => {
    const failure = errors[error[input]!]!;
    return el(
      'tr',
      {},
      el(
        'th',
        { scope: 'row', class: 'label' },
        el('button', { type: 'button', class: 'stage', on: { click: () => onOpen(input) } }, named(names[input]!)),
      ),
      columns.map(({ values, unit }) => el('td', {}, amount(values[input], unit))),
      el('td', { class: 'label' }, failure === '' ? null : el('span', { class: 'pill alarm' }, named(failure))),
    );
  };
  return el(
    'div',
    { class: 'wide', tabIndex: 0, role: 'region', attributes: { 'aria-label': name } },
    el(
      'table',
      { class: 'plain outliers' },
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          el('th', { scope: 'col', class: 'label' }, 'input'),
          columns.map(({ heading }) => el('th', { scope: 'col' }, heading)),
          el('th', { scope: 'col', class: 'label' }, ''),
        ),
      ),
      el('tbody', {}, inputs.map(row)),
    ),
  );
}
