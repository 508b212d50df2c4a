import { Buffer } from '../host/buffer.js';
import { Math, Number, Object } from '../host/intrinsics.js';
import {
  ACCOUNT,
  ACCOUNT_FILES,
  ACCOUNT_FILES_AT,
  type AccountName,
  FILE_NAME_CELLS,
  MODULE_CELLS,
  slotIndex,
} from '../model/sample-layout.js';
import type { CompositionBytes, NamedBytes } from '../model/sampler.js';

const INDEX = Object.fromEntries(ACCOUNT.map((name, index) => [name, index])) as Readonly<Record<AccountName, number>>;

/**
 * Who holds the resident set, from the cells of an account.
 *
 * @param modules names of the modules in the cells of a sample
 * @param sample that of the same moment, if there is one
 */
export function compositionOf(
  cells: Float64Array,
  modules: readonly string[],
  sample?: Float64Array | null,
): CompositionBytes {
  const at = (name: AccountName): number => cells[INDEX[name]]!;
  const mapped: [string, number][] = [];
  for (let cell = 0; cell < Math.min(MODULE_CELLS, modules.length); cell++) {
    const bytes = cells[ACCOUNT.length + cell]!;
    if (bytes > 0) mapped.push([modules[cell]!, bytes]);
  }
  return {
    rss: at('rss_bytes'),
    jsHeap: at('js_heap_bytes'),
    workerHeaps: at('worker_heap_bytes'),
    leavingHeaps: at('leaving_heap_bytes'),
    buffers: at('backing_store_bytes'),
    strings: at('string_bytes'),
    wasm: at('wasm_bytes'),
    native: at('native_live_bytes'),
    allocatorFree: at('allocator_free_bytes'),
    mapped: at('mapped_bytes'),
    files: at('file_bytes'),
    code: at('code_bytes'),
    stacks: at('stack_bytes'),
    shared: at('shared_bytes'),
    mappedByModule: mapped,
    largestFiles: filesOf(cells),
    ...(sample ? { filePages: sample[slotIndex.file_bytes]!, jsUsed: sample[slotIndex.js_used_bytes]! } : {}),
    mappingsAgeNs: Math.max(0, ageOf(at, 'mappings_at_ns')),
    ageNs: Math.max(0, ageOf(at, 'allocator_at_ns'), ageOf(at, 'mappings_at_ns')),
  };
}

function filesOf(cells: Float64Array): NamedBytes {
  const files: [string, number][] = [];
  for (let file = 0; file < ACCOUNT_FILES; file++) {
    const at = ACCOUNT_FILES_AT + file * (1 + FILE_NAME_CELLS);
    const bytes = cells[at]!;
    const name = Buffer.from(cells.buffer, cells.byteOffset + (at + 1) * 8, FILE_NAME_CELLS * 8).toString('utf8');
    // The kernel adds a word to the path of a file that has been removed.
    if (bytes > 0) files.push([name.split('\0', 1)[0]!.replace(/ \(deleted\)$/, ''), bytes]);
  }
  return files;
}

/** Zero for a part that was never read, because such a part is not shown. */
function ageOf(at: (name: AccountName) => number, name: 'allocator_at_ns' | 'mappings_at_ns'): number {
  const age = at('counted_at_ns') - at(name);
  return Number.isNaN(age) ? 0 : age;
}
