import { PARTS } from '../model/composition.js';
import type { Holder } from '../page/page-data.js';

/**
 * One colour a holder of memory, wherever it is on the page, in light and dark. They are told apart with each kind of colour
 * blindness: test/browser/colours.test.ts computes how they look then.
 */
export const HOLDER_COLOURS: Readonly<Record<Holder['key'], string>> = {
  js_heap_kb: '#0072b2',
  worker_heaps_kb: '#56b4e9',
  buffers_kb: '#119e5a',
  strings_kb: '#aafab3',
  wasm_kb: '#6342bf',
  native_kb: '#d55e00',
  allocator_free_kb: '#f0d442',
  mapped_kb: '#af6f9f',
  files_kb: '#6a2662',
  code_kb: '#ababab',
  stacks_kb: '#dddddd',
  shared_kb: '#b6a44b',
  other_kb: '#646464',
};

export const HOLDERS: readonly Holder[] = [
  ...PARTS.map(({ part, name, meaning }): Holder => ({ key: part, name, meaning })),
  { key: 'other_kb', name: 'other', meaning: 'What the parts leave of the resident set.' },
];

export function holderOf(key: string): Holder {
  return HOLDERS.find((holder) => holder.key === key) ?? HOLDERS.at(-1)!;
}

export function colourOf(key: string): string {
  return HOLDER_COLOURS[holderOf(key).key];
}
