import { Object } from '../host/intrinsics.js';

/** KiB by the name of a module. */
export type ModuleKib = Readonly<Record<string, number>>;

/** `node`, 10 and `sharp.node`, 30 as pairs, the largest first. */
export function largestFirst(modules: ModuleKib): [name: string, kib: number][] {
  return Object.entries(modules).sort(([, a], [, b]) => b - a);
}

export function sumOfModules(modules: ModuleKib | null | undefined): number {
  return modules === null || modules === undefined ? 0 : Object.values(modules).reduce((sum, kib) => sum + kib, 0);
}

/**
 * Who holds the resident set: its parts, and what they leave unexplained. A part that could not be told is null, and is
 * then in the residual.
 */
export interface Composition {
  readonly rss_kb: number | null;
  readonly js_heap_kb: number | null;
  readonly worker_heaps_kb: number | null;
  readonly buffers_kb: number | null;
  readonly strings_kb: number | null;
  readonly wasm_kb: number | null;
  readonly native_kb: number | null;
  readonly allocator_free_kb: number | null;
  readonly mapped_kb: number | null;
  readonly files_kb: number | null;
  readonly code_kb: number | null;
  readonly stacks_kb: number | null;
  readonly shared_kb: number | null;
  readonly other_kb: number | null;
  /** `mapped_kb` by module. */
  readonly mapped_modules: ModuleKib;
  /** The largest of `files_kb`, by file. */
  readonly files: ModuleKib;
  /** Missing where all parts are of one moment. */
  readonly age_s?: number;
}

export type CompositionPart = Exclude<keyof Composition, 'rss_kb' | 'other_kb' | 'mapped_modules' | 'files' | 'age_s'>;

/** The parts in the order in which they are shown, each with its name for a reader and its meaning. */
export const PARTS: readonly { readonly part: CompositionPart; readonly name: string; readonly meaning: string }[] = [
  { part: 'js_heap_kb', name: 'JS heap', meaning: "Resident pages of this thread's JS heap, used or not." },
  {
    part: 'worker_heaps_kb',
    name: 'worker heaps',
    meaning:
      'Resident pages of the JS heaps of other threads of the process, as far as they are seen. The heap of a thread that has ended counts for up to a second more, since V8 frees it a moment later: with the memory that no other part accounts for, and no more than it had.',
  },
  {
    part: 'buffers_kb',
    name: 'buffers',
    meaning:
      "Backing stores by node's own count, of all threads: ArrayBuffers, SharedArrayBuffers, Buffers, Blobs, messages that wait.",
  },
  {
    part: 'strings_kb',
    name: 'strings',
    meaning:
      'Strings of a million characters and more, which node keeps outside of the JS heap of this thread. Null where V8 does not tell them (Node 24 and later), or before the first look at them; they are in `native_kb` then.',
  },
  {
    part: 'wasm_kb',
    name: 'wasm',
    meaning:
      'Resident pages of memories of WebAssembly, by the address space that V8 reserves behind each. Without such a reservation they are in `other_kb`.',
  },
  {
    part: 'native_kb',
    name: 'native',
    meaning: 'Live native blocks, without `buffers_kb` and `strings_kb`. No more than is resident: see below.',
  },
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
    part: 'files_kb',
    name: 'files',
    meaning: 'Resident pages of mapped files that are no code. The kernel takes them back when it needs memory.',
  },
  {
    part: 'code_kb',
    name: 'code',
    meaning: 'Resident pages of the program and of its shared objects, and what they have written to their data.',
  },
  { part: 'stacks_kb', name: 'stacks', meaning: 'Stacks of the threads that wait.' },
  {
    part: 'shared_kb',
    name: 'shared',
    meaning: 'Memory that other processes may map too: /dev/shm, memfd, System V.',
  },
];

/** Every member with its meaning, in order. */
export const COMPOSITION_MEANING: Readonly<Record<keyof Composition, string>> = {
  rss_kb: 'Resident set.',
  ...(Object.fromEntries(PARTS.map(({ part, meaning }) => [part, meaning])) as Record<CompositionPart, string>),
  other_kb: 'What the parts leave of the resident set; below zero where they have memory that is not resident.',
  mapped_modules: '`mapped_kb` by the name of the module.',
  files: '`files_kb` of the four largest files, by the end of the path.',
  age_s:
    'By how many seconds the oldest part is older than the resident set. Only parts that need the list of mappings or the statistics of malloc can be older. Missing where all are of one moment.',
};
