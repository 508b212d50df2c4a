import { Map, Math, Number, Object } from '../host/intrinsics.js';
import type { Composition, CompositionPart, ModuleKib } from '../model/composition.js';
import { kibOf, secondsOf } from '../model/quantities.js';
import type { CompositionBytes, NamedBytes } from '../model/sampler.js';

/** What may have been handed out and not been touched yet. */
type HandedOut = 'native_kb' | 'buffers_kb';

/**
 * No part is told to have more than is resident. Live blocks and Buffers that were not touched yet are not, and which of
 * them it is cannot be told, so what the parts have beyond the resident set is taken from the larger of the two, and
 * then from the other. The part of the allocator is at most what the others leave: some allocators still count pages that
 * the kernel has taken back.
 */
export function composeKib(bytes: CompositionBytes): Composition {
  const rss = kibOf(bytes.rss);
  const others: Record<CompositionPart, number | null> = {
    js_heap_kb: kibOf(bytes.jsHeap),
    worker_heaps_kb: kibOf(bytes.workerHeaps),
    buffers_kb: kibOf(bytes.buffers),
    strings_kb: null,
    wasm_kb: null,
    native_kb: kibOf(bytes.native),
    allocator_free_kb: null,
    mapped_kb: kibOf(bytes.mapped),
    files_kb: kibOf(bytes.files),
    code_kb: kibOf(bytes.code),
    stacks_kb: kibOf(bytes.stacks),
    shared_kb: kibOf(bytes.shared),
  };
  if (rss !== null) {
    const byAmount: HandedOut[] =
      (others.native_kb ?? 0) >= (others.buffers_kb ?? 0) ? ['native_kb', 'buffers_kb'] : ['buffers_kb', 'native_kb'];
    for (const part of byAmount) others[part] = reduced(others[part], sumOf(others) - rss);
  }
  const left = rss === null ? Number.POSITIVE_INFINITY : Math.max(0, rss - sumOf(others));
  const free = kibOf(bytes.allocatorFree);
  const parts = { ...others, allocator_free_kb: free === null ? null : Math.min(free, left) };
  return {
    rss_kb: rss,
    ...parts,
    other_kb: rss === null ? null : rss - sumOf(parts),
    mapped_modules: kibByName(bytes.mappedByModule),
    files: kibByName(bytes.largestFiles),
    ...(bytes.ageNs > ONE_MOMENT_NS ? { age_s: secondsOf(bytes.ageNs)! } : {}),
  };
}

/** A part without the excess, as far as it has that much. */
function reduced(kib: number | null, excess: number): number | null {
  return kib === null || excess <= 0 ? kib : Math.max(Math.min(0, kib), kib - excess);
}

function kibByName(named: NamedBytes): ModuleKib {
  const sums = new Map<string, number>();
  for (const [name, bytes] of named) sums.set(name, (sums.get(name) ?? 0) + (kibOf(bytes) ?? 0));
  return Object.fromEntries(sums);
}

/** The parts are read one after the other, so they are always a little apart. */
const ONE_MOMENT_NS = 150e6;

function sumOf(parts: Readonly<Record<CompositionPart, number | null>>): number {
  return Object.values(parts).reduce<number>((sum, kib) => sum + (kib ?? 0), 0);
}
