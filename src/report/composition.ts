import { Map, Math, Number, Object } from '../host/intrinsics.js';
import type { CompositionBytes } from '../native/sampler.js';
import { kibOf, secondsOf } from './quantities.js';
import type { ModuleKib } from './report.js';

/**
 * Who holds the resident set: its parts and what they leave unexplained. Null is a part that could not be told, which
 * then is in the residual.
 */
export interface Composition {
  readonly rss_kb: number | null;
  readonly js_heap_kb: number | null;
  readonly backing_stores_kb: number | null;
  readonly native_live_kb: number | null;
  readonly allocator_held_kb: number | null;
  readonly mapped_kb: number | null;
  readonly code_and_stacks_kb: number | null;
  readonly residual_kb: number | null;
  /** `mapped_kb` by module. */
  readonly mapped_modules: ModuleKib;
  /** Not there where all parts are of one moment. */
  readonly age_s?: number;
}

type Part = Exclude<keyof Composition, 'rss_kb' | 'residual_kb' | 'mapped_modules' | 'age_s'>;

/** The parts in the order they are shown in, each with its name for a reader and its meaning. */
export const PARTS: readonly { readonly part: Part; readonly name: string; readonly meaning: string }[] = [
  { part: 'js_heap_kb', name: 'JS heap', meaning: "Resident pages of this thread's JS heap, used or not." },
  {
    part: 'backing_stores_kb',
    name: 'ArrayBuffers',
    meaning:
      'Backing stores of ArrayBuffers, SharedArrayBuffers and Buffers that node has allocated and not freed, by its own count.',
  },
  { part: 'native_live_kb', name: 'native', meaning: 'Live native blocks, backing stores not among them.' },
  {
    part: 'allocator_held_kb',
    name: 'allocator',
    meaning:
      'At most what the allocator holds but has not handed out: fragmentation and caches. No more than the other parts leave of the resident set: what it has given back to the kernel may still be in its account.',
  },
  {
    part: 'mapped_kb',
    name: 'mapped',
    meaning: "Resident part of the memory that modules have mapped themselves, behind malloc's back.",
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
  ...(Object.fromEntries(PARTS.map(({ part, meaning }) => [part, meaning])) as Record<Part, string>),
  residual_kb: 'What the parts leave of it; below zero where they have memory that is not resident.',
  mapped_modules: '`mapped_kb` by the name of the module.',
  age_s:
    'By how many seconds the oldest part, of those that need the list of mappings or the statistics of malloc, is older than the resident set. Missing where all are of one moment.',
};

/**
 * The residual is `rss_kb` less all parts. Below zero where parts have memory that is not resident, such as what was
 * handed out and not touched yet. Above it are heaps of other isolates and what no source tells. The allocator's part
 * ends where the resident set does: pages that it gave back to the kernel stay in the account of some.
 */
export function composeKib(bytes: CompositionBytes): Composition {
  const rss = kibOf(bytes.rss);
  const others: Readonly<Record<Part, number | null>> = {
    js_heap_kb: kibOf(bytes.jsHeap),
    backing_stores_kb: kibOf(bytes.backingStores),
    native_live_kb: kibOf(bytes.nativeLive),
    allocator_held_kb: null,
    mapped_kb: kibOf(bytes.mapped),
    code_and_stacks_kb: kibOf(bytes.codeAndStacks),
  };
  const left = rss === null ? Number.POSITIVE_INFINITY : Math.max(0, rss - sumOf(others));
  const held = kibOf(bytes.allocatorHeld);
  const parts = { ...others, allocator_held_kb: held === null ? null : Math.min(held, left) };
  const modules = new Map<string, number>();
  for (const [name, mapped] of bytes.mappedByModule) {
    modules.set(name, (modules.get(name) ?? 0) + (kibOf(mapped) ?? 0));
  }
  return {
    rss_kb: rss,
    ...parts,
    residual_kb: rss === null ? null : rss - sumOf(parts),
    mapped_modules: Object.fromEntries(modules),
    ...(bytes.ageNs > ONE_MOMENT_NS ? { age_s: secondsOf(bytes.ageNs)! } : {}),
  };
}

/** The parts are read one after the other. */
const ONE_MOMENT_NS = 150e6;

function sumOf(parts: Readonly<Record<Part, number | null>>): number {
  return Object.values(parts).reduce<number>((sum, kib) => sum + (kib ?? 0), 0);
}
