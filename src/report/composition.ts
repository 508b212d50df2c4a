import { Map, Math, Number, Object } from '../host/intrinsics.js';
import type { Composition, CompositionPart } from '../model/composition.js';
import { kibOf, secondsOf } from '../model/quantities.js';
import type { CompositionBytes } from '../model/sampler.js';

/**
 * The residual is `rss_kb` less all parts. Below zero where parts have memory that is not resident, such as what was
 * handed out and not touched yet. Above it are heaps of other isolates and what no source tells. The allocator's part
 * ends where the resident set does: pages that it gave back to the kernel stay in the account of some.
 */
export function composeKib(bytes: CompositionBytes): Composition {
  const rss = kibOf(bytes.rss);
  const others: Readonly<Record<CompositionPart, number | null>> = {
    js_heap_kb: kibOf(bytes.jsHeap),
    backing_stores_kb: kibOf(bytes.backingStores),
    native_live_kb: kibOf(bytes.nativeLive),
    allocator_free_kb: null,
    mapped_kb: kibOf(bytes.mapped),
    code_and_stacks_kb: kibOf(bytes.codeAndStacks),
  };
  const left = rss === null ? Number.POSITIVE_INFINITY : Math.max(0, rss - sumOf(others));
  const free = kibOf(bytes.allocatorFree);
  const parts = { ...others, allocator_free_kb: free === null ? null : Math.min(free, left) };
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

function sumOf(parts: Readonly<Record<CompositionPart, number | null>>): number {
  return Object.values(parts).reduce<number>((sum, kib) => sum + (kib ?? 0), 0);
}
