import { Math, Number, Object } from '../host/intrinsics.js';
import { ACCOUNT, type AccountName, MODULE_CELLS } from '../model/sample-layout.js';
import type { CompositionBytes } from '../model/sampler.js';

const INDEX = Object.fromEntries(ACCOUNT.map((name, index) => [name, index])) as Readonly<Record<AccountName, number>>;

/**
 * Who holds the resident set, from the cells of an account.
 *
 * @param modules names of the modules in the cells of a sample
 */
export function compositionOf(cells: ArrayLike<number>, modules: readonly string[]): CompositionBytes {
  const at = (name: AccountName): number => cells[INDEX[name]]!;
  const mapped: [string, number][] = [];
  for (let cell = 0; cell < Math.min(MODULE_CELLS, modules.length); cell++) {
    const bytes = cells[ACCOUNT.length + cell]!;
    if (bytes > 0) mapped.push([modules[cell]!, bytes]);
  }
  return {
    rss: at('rss_bytes'),
    jsHeap: at('js_heap_bytes'),
    backingStores: at('backing_store_bytes'),
    nativeLive: at('native_live_bytes'),
    allocatorFree: at('allocator_free_bytes'),
    mapped: at('mapped_bytes'),
    codeAndStacks: at('file_bytes') + at('stack_bytes'),
    mappedByModule: mapped,
    ageNs: Math.max(0, ageOf(at, 'allocator_at_ns'), ageOf(at, 'mappings_at_ns')),
  };
}

/** Zero for a part that was never read, because such a part is not shown. */
function ageOf(at: (name: AccountName) => number, name: 'allocator_at_ns' | 'mappings_at_ns'): number {
  const age = at('counted_at_ns') - at(name);
  return Number.isNaN(age) ? 0 : age;
}
