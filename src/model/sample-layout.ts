import { Object } from '../host/intrinsics.js';

/**
 * The slots of one sample, in the order of native/sources/sample_layout.h; test/native/layout.test.ts holds the two
 * together. `_ns` are nanoseconds, `_bytes` bytes, the rest plain counts. A slot that was not read is NaN.
 *
 * `rss_peak_bytes`, `js_peak_bytes` and `native_peak_bytes` are the highest values since the previous sample
 * of the same sampler; all others are the values at the instant of the sample.
 */
export const SLOTS = [
  'wall_ns',
  'thread_cpu_ns',
  'pool_cpu_ns',
  'process_cpu_ns',
  'faults_minor',
  'faults_major',
  'ctx_voluntary',
  'ctx_involuntary',
  'read_bytes',
  'write_bytes',
  'rss_bytes',
  'rss_peak_bytes',
  'file_bytes',
  'js_used_bytes',
  'js_peak_bytes',
  'js_alloc_bytes',
  'external_bytes',
  'buffers_bytes',
  'workers_bytes',
  'gc_ns',
  'gc_calls',
  'native_live_bytes',
  'native_alloc_bytes',
  'native_allocs',
  'native_peak_bytes',
  'allocator_free_bytes',
  'mapped_bytes',
  'thread_native_alloc_bytes',
  'module_count',
  'live_module_count',
] as const;

export type SlotName = (typeof SLOTS)[number];

/** Slots that must stand together, by the first and the last: one reading of the addon fills them, or none. */
export const SLOT_RANGES = { usage: ['process_cpu_ns', 'write_bytes'] } as const satisfies Readonly<
  Record<string, readonly [SlotName, SlotName]>
>;

/** For each slot with a highest value, the slot with the value at the sample. */
export const LEVEL_OF_PEAK: { readonly [Peak in SlotName]?: SlotName } = {
  rss_peak_bytes: 'rss_bytes',
  js_peak_bytes: 'js_used_bytes',
  native_peak_bytes: 'native_live_bytes',
};

/** Raised whenever the slots or their order change; the addon carries the same number. */
export const LAYOUT_VERSION = 12;

export const SLOT_COUNT = SLOTS.length;

/**
 * Cells after the slots: bytes each module has allocated, in the first `module_count` of them. A module keeps its
 * cell as long as the process runs; the last cell is that of all modules beyond it.
 */
export const MODULE_CELLS = 64;

/** Where the live bytes of the same modules begin, in the first `live_module_count` of as many cells. */
export const LIVE_CELLS = SLOT_COUNT + MODULE_CELLS;

/**
 * A flag between the addon and JS: 0 asks for the use of this thread to be read when the event loop is about to wait,
 * and 1 says that this has happened.
 */
export const WAITED_CELL = LIVE_CELLS + MODULE_CELLS;

/** How often malloc's statistics were read for this sampler, and how often the budget skipped them. */
export const MALLOC_READINGS_CELL = WAITED_CELL + 1;
export const MALLOC_SKIPPED_CELL = WAITED_CELL + 2;

/** How many entries of calls took over from the sample before them what is slow to read. */
export const SHARED_ENTRIES_CELL = WAITED_CELL + 3;

/** Length of a sample: the slots, the two rows of cells of modules, the flag, the counts. */
export const SAMPLE_LENGTH = WAITED_CELL + 4;

/**
 * Who holds the resident set, in the order of native/sources/account.h: bytes, and instants in nanoseconds of
 * CLOCK_MONOTONIC; NaN where that cannot be told. After these cells come the `mapped_bytes` of each module, in the order
 * of a sample's cells, and the files that have most.
 */
export const ACCOUNT = [
  'rss_bytes',
  'js_heap_bytes',
  'worker_heap_bytes',
  'leaving_heap_bytes',
  'backing_store_bytes',
  'string_bytes',
  'native_live_bytes',
  'allocator_free_bytes',
  'mapped_bytes',
  'file_bytes',
  'code_bytes',
  'wasm_bytes',
  'stack_bytes',
  'shared_bytes',
  'counted_at_ns',
  'allocator_at_ns',
  'mappings_at_ns',
] as const;

export type AccountName = (typeof ACCOUNT)[number];

/** After the modules: the files with the most of `file_bytes`, each its bytes and the cells of its name. */
export const ACCOUNT_FILES = 4;
export const FILE_NAME_CELLS = 8;
export const ACCOUNT_FILES_AT = ACCOUNT.length + MODULE_CELLS;

export const ACCOUNT_LENGTH = ACCOUNT_FILES_AT + ACCOUNT_FILES * (1 + FILE_NAME_CELLS);

/** Position of each slot in the sample. */
export const slotIndex = Object.fromEntries(SLOTS.map((name, index) => [name, index])) as Readonly<
  Record<SlotName, number>
>;

/** Bits of the mask a sampler is opened with; the same numbers stand in native/sources/sample_layout.h. */
export const SAMPLE_MASK = { cpu: 1, rss: 2, js: 4, native: 8, io: 16, rssPeakReset: 32, sharedSamples: 64 } as const;
