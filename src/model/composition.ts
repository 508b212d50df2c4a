import { Object } from '../host/intrinsics.js';

/** KiB by the name of a module. */
export type ModuleKib = Readonly<Record<string, number>>;

/**
 * Who holds the resident set: its parts, and what they leave unexplained. A part that could not be told is null, and is
 * then in the residual.
 */
export interface Composition {
  readonly rss_kb: number | null;
  readonly js_heap_kb: number | null;
  readonly backing_stores_kb: number | null;
  readonly native_live_kb: number | null;
  readonly allocator_free_kb: number | null;
  readonly mapped_kb: number | null;
  readonly code_and_stacks_kb: number | null;
  readonly residual_kb: number | null;
  /** `mapped_kb` by module. */
  readonly mapped_modules: ModuleKib;
  /** Missing where all parts are of one moment. */
  readonly age_s?: number;
}

export type CompositionPart = Exclude<keyof Composition, 'rss_kb' | 'residual_kb' | 'mapped_modules' | 'age_s'>;

/** The parts in the order in which they are shown, each with its name for a reader and its meaning. */
export const PARTS: readonly { readonly part: CompositionPart; readonly name: string; readonly meaning: string }[] = [
  { part: 'js_heap_kb', name: 'JS heap', meaning: "Resident pages of this thread's JS heap, used or not." },
  {
    part: 'backing_stores_kb',
    name: 'ArrayBuffers',
    meaning:
      'Backing stores of ArrayBuffers, SharedArrayBuffers and Buffers that node has allocated and not freed, by its own count.',
  },
  { part: 'native_live_kb', name: 'native', meaning: 'Live native blocks, backing stores not among them.' },
  {
    part: 'allocator_free_kb',
    name: 'allocator',
    meaning:
      'At most what is free in the allocator, that is fragmentation and caches. Never more than the other parts leave of the resident set, since the allocator may still count what it has given back to the kernel.',
  },
  {
    part: 'mapped_kb',
    name: 'mapped',
    meaning: 'Resident part of the memory that modules have mapped themselves, without malloc.',
  },
  {
    part: 'code_and_stacks_kb',
    name: 'code and stacks',
    meaning: 'Code and data of the program and its shared objects, other mapped files, and stacks of waiting threads.',
  },
];

/** Every member with its meaning, in order. */
export const COMPOSITION_MEANING: Readonly<Record<keyof Composition, string>> = {
  rss_kb: 'Resident set.',
  ...(Object.fromEntries(PARTS.map(({ part, meaning }) => [part, meaning])) as Record<CompositionPart, string>),
  residual_kb: 'What the parts leave of the resident set; below zero where they have memory that is not resident.',
  mapped_modules: '`mapped_kb` by the name of the module.',
  age_s:
    'By how many seconds the oldest part is older than the resident set. Only parts that need the list of mappings or the statistics of malloc can be older. Missing where all are of one moment.',
};
