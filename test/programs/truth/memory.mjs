// One function for each kind of memory of test/truth/kinds.js: it makes `kib` of it and returns what holds it. The kinds
// that no JS value holds have a function besides, which gives the memory back.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { nativeWorkAt } from '../native-work/native-work.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Calls `make` with sizes of at most `chunkKib` that add up to `kib`, and returns what it made. */
async function chunks(kib, chunkKib, make) {
  const made = [];
  for (let left = kib; left > 0; left -= chunkKib) made.push(await make(Math.min(left, chunkKib) * KIB));
  return made;
}

/** An object of three members takes 48 bytes, and its place in the array 8. */
const OBJECT_BYTES = 56;

export function objects(bytes) {
  return Array.from({ length: Math.floor(bytes / OBJECT_BYTES) }, (_, at) => ({ at, next: null, previous: null }));
}

/** Touches every page, because untouched pages are not resident. */
function filled(buffer) {
  new Uint8Array(buffer).fill(1);
  return buffer;
}

const worker = (data) =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: data });
    thread.once('error', reject).once('message', (message) => resolve({ thread, message }));
  });

/** @param {{ native: string, files: string }} addons paths of the two addons */
export function memoryKinds(addons) {
  const { mapFile, unmapFile } = createRequire(import.meta.url)(addons.files);
  const native = (work) => nativeWorkAt(addons.native, work.place ?? 'main');
  return {
    objects: { make: ({ kib }) => chunks(kib, 1024, objects) },
    doubles: { make: ({ kib }) => chunks(kib, 512, (bytes) => new Array(bytes / 8).fill(1.5)) },
    buffers: { make: ({ kib, chunkKib }) => chunks(kib, chunkKib, (bytes) => Buffer.alloc(bytes, 1)) },
    shared: {
      make: ({ kib, chunkKib }) => chunks(kib, chunkKib, (bytes) => filled(new SharedArrayBuffer(bytes))),
    },
    blobs: {
      make: ({ kib, chunkKib }) => {
        const bytes = Buffer.alloc(chunkKib * KIB, 1);
        return chunks(kib, chunkKib, (length) => new Blob([bytes.subarray(0, length)]));
      },
    },
    transferred: {
      make: async ({ kib, chunkKib }) => {
        const { thread, message } = await worker({ kind: 'send', kib, chunkKib });
        await thread.terminate();
        return message;
      },
    },
    strings: {
      // Node makes strings of more than a MiB outside of the JS heap.
      make: ({ kib }) => {
        const bytes = Buffer.alloc(Math.min(kib * KIB, 8 * MIB), 'a');
        return chunks(kib, 8192, (length) => bytes.latin1Slice(0, length));
      },
    },
    wasm: {
      make: ({ kib, chunkKib }) =>
        chunks(kib, chunkKib, (bytes) => {
          const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / (64 * KIB)) });
          filled(memory.buffer);
          return memory;
        }),
    },
    blocks: {
      make: (work) => native(work).hold(work.kib * KIB, work.blockBytes, { slot: work.slot, touches: true }),
      giveBack: (work) => native(work).release({ slot: work.slot }),
    },
    shreds: {
      make: (work) =>
        native(work).shred(work.kib * KIB, work.blockBytes, { slot: work.slot, keepEvery: 32, touches: true }),
    },
    spikes: { make: (work) => native(work).spike(work.kib * KIB, work.blockBytes, { touches: true }) },
    mappings: {
      make: (work) => native(work).map(work.kib * KIB, { slot: work.slot, touches: true }),
      giveBack: (work) => native(work).unmap({ slot: work.slot }),
    },
    files: {
      make: ({ path }) => mapFile(path),
      giveBack: ({ kib }, address) => unmapFile(address, kib * KIB),
    },
    workers: {
      make: async ({ kib }) => (await worker({ kind: 'objects', kib })).thread,
      giveBack: (_, thread) => thread.terminate(),
    },
    workerBuffers: {
      make: async ({ kib, chunkKib }) => (await worker({ kind: 'buffers', kib, chunkKib })).thread,
      giveBack: (_, thread) => thread.terminate(),
    },
  };
}
