import type { InputColumn, InputsPart } from '../page/page-data.js';
import { type Child, el, wide } from './dom.js';
import { amount, named } from './text.js';

const MOST_LISTED = 12;
const MOST_HIGHEST = 40;

interface ListedInputs {
  /** The farthest from the others first. */
  readonly marked: readonly number[];
  /** Those that have both numbers. */
  readonly order: readonly number[];
  readonly onOpen: (input: number) => void;
}

/** The marked inputs, and those with the highest second number. */
export function inputTables(
  part: InputsPart,
  columns: readonly [x: InputColumn, y: InputColumn],
  { marked, order, onOpen }: ListedInputs,
): Child[] {
  const { heading, values } = columns[1];
  const highest = order.toSorted((a, b) => values[b]! - values[a]!).slice(0, MOST_HIGHEST);
  const more = marked.length - MOST_LISTED;
  const table = (name: string, inputs: readonly number[]) => inputTable(part, columns, inputs, { name, onOpen });
  return [
    marked.length === 0 ? null : [el('h3', {}, 'Marked inputs'), table('Marked inputs', marked.slice(0, MOST_LISTED))],
    more > 0 ? el('p', { class: 'note' }, `and ${more.toLocaleString('en-US')} more`) : null,
    el(
      'details',
      {},
      el('summary', {}, `Those with the highest ${heading} as a table`),
      table(`Inputs by ${heading}`, highest),
    ),
  ];
}

interface TableOfInputs {
  /** For a screen reader. */
  readonly name: string;
  readonly onOpen: (input: number) => void;
}

/** Some inputs by two numbers, and how they failed where they did. */
function inputTable(
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
  return wide(
    name,
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
