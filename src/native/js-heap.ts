import { fstatSync } from '../host/files.js';
import { getHeapStatistics, memoryUsage } from '../host/process.js';
import { slotIndex } from '../model/sample-layout.js';

/**
 * Fills the slots of the JS heap from what Node itself offers. Between two readings nothing is known: the peak
 * is the used heap now, and allocation and collections are not measured.
 */
export function readJsHeap(slots: Float64Array): void {
  const { used_heap_size, external_memory } = getHeapStatistics();
  slots[slotIndex.js_used_bytes] = used_heap_size;
  slots[slotIndex.js_peak_bytes] = used_heap_size;
  slots[slotIndex.external_bytes] = external_memory;
}

/**
 * What node has allocated for ArrayBuffers, SharedArrayBuffers and Buffers and has not freed yet. All of it is from malloc.
 *
 * @throws {Error} if the program has closed a standard stream
 */
export function arrayBufferBytes(): number {
  refuseClosedStreams();
  return memoryUsage().arrayBuffers;
}

/**
 * Node 20 opens /proc/self/stat to read its resident set, and aborts where that gets the number of a standard stream.
 *
 * @throws {Error} if the program has closed one
 */
export function refuseClosedStreams(): void {
  for (let stream = 0; stream <= 2; stream++) fstatSync(stream);
}

/** The parts of a composition that Node itself tells, in bytes. */
export function jsHeapParts(): { readonly jsHeap: number; readonly buffers: number } {
  const { total_physical_size, external_memory } = getHeapStatistics();
  return { jsHeap: total_physical_size, buffers: external_memory };
}

/** Why the peak is a lower bound when the heap is read by `readJsHeap`. */
export const JS_HEAP_TRUTH = 'read at stage boundaries only: a lower bound of the peak';
