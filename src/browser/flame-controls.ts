import type { FlamePart } from '../page/page-data.js';
import { choice, el } from './dom.js';

interface FlameActions {
  /** @param text without spaces around it; empty for no search */
  readonly onSearch: (text: string) => void;
  /** @param type its place among those of the part */
  readonly onType: (type: number) => void;
  readonly onColours: (showsChange: boolean) => void;
  readonly onSide: (isBase: boolean) => void;
}

/** What is above a picture of stacks: search, type, stage, and with a base what colours and widths are. */
export function flameControls(
  { types }: FlamePart,
  stagePlace: HTMLElement,
  { onSearch, onType, onColours, onSide }: FlameActions,
): HTMLElement {
  const search = el('input', {
    type: 'search',
    placeholder: 'find a function or file',
    class: 'flame-search',
    attributes: { 'aria-label': 'Find a function or file' },
    on: { input: () => onSearch(search.value.trim()) },
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    search.focus();
  });
  const type = choice(
    'What the widths are',
    types.map(({ title }, index) => [String(index), title] as const),
    '0',
    (value) => onType(Number(value)),
  );
  const hasBase = types.some(({ base }) => base !== null);
  return el(
    'div',
    { class: 'controls' },
    search,
    type,
    stagePlace,
    hasBase
      ? [
          choice(
            'Colours',
            [
              ['change', 'change to the base'],
              ['kind', 'kind of code'],
            ],
            'change',
            (value) => onColours(value === 'change'),
          ),
          choice(
            'Widths',
            [
              ['new', 'new'],
              ['base', 'base'],
            ],
            'new',
            (value) => onSide(value === 'base'),
          ),
        ]
      : null,
  );
}
