// The kinds of memory that a random program uses, and which findings are true of each.

/**
 * @typedef {object} MemoryKind
 * @property {string} owner what the account of the program has it under
 * @property {readonly string[]} findings the kinds of findings that are true of it while it is kept
 * @property {'garbage' | 'given back'} dropped what becomes of it if it is not kept: a collection has to free it, or it is
 *   freed at once
 * @property {boolean} fromMalloc whether the allocator may hold it after it was freed
 * @property {boolean} [hasThread] whether a worker thread lives as long as the memory
 */

const BUFFERS = { owner: 'buffers', findings: ['buffer-growth'], dropped: 'garbage', fromMalloc: true };
const OBJECTS = { owner: 'objects', findings: ['js-growth'], dropped: 'garbage', fromMalloc: false };
const NATIVE = { owner: 'native', findings: ['native-growth'], dropped: 'given back', fromMalloc: true };

/** @type {Readonly<Record<string, MemoryKind>>} */
export const KINDS = {
  objects: OBJECTS,
  doubles: OBJECTS,
  buffers: BUFFERS,
  shared: BUFFERS,
  blobs: BUFFERS,
  transferred: BUFFERS,
  strings: { ...BUFFERS, owner: 'strings', findings: ['string-growth', 'buffer-growth'] },
  wasm: { ...BUFFERS, owner: 'wasm', findings: ['wasm-growth', 'buffer-growth'], fromMalloc: false },
  blocks: NATIVE,
  shreds: NATIVE,
  spikes: NATIVE,
  mappings: { owner: 'mapped', findings: ['mapped-growth'], dropped: 'given back', fromMalloc: false },
  files: { owner: 'files', findings: ['file-pages'], dropped: 'given back', fromMalloc: false },
  workers: { owner: 'workers', findings: ['worker-growth'], dropped: 'given back', fromMalloc: true, hasThread: true },
  workerBuffers: { ...BUFFERS, dropped: 'given back', hasThread: true },
};

/** Of the shreds, one block of so many is kept. */
export const SHREDS_KEPT = 1 / 32;

/** JS heap of a worker thread that keeps nothing itself: 40 of them had 204 to 233 MiB resident on Node 20. */
export const OWN_HEAP_KIB = 5 * 1024;

/** Owners that only a collection can tell: garbage of them and what is kept look alike until then. */
export const COLLECTED = new Set(['objects', 'buffers', 'strings', 'wasm', 'workers']);
