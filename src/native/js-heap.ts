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
 * To be called only while the program starts, because it opens /proc/self/stat: if the program has closed its standard
 * streams, libuv gets one of their numbers for that file and aborts.
 */
export function arrayBufferBytes(): number {
  return memoryUsage().arrayBuffers;
}

/** The parts of a composition that Node itself tells, in bytes. */
export function jsHeapParts(): { readonly jsHeap: number; readonly buffers: number } {
  const { total_physical_size, external_memory } = getHeapStatistics();
  return { jsHeap: total_physical_size, buffers: external_memory };
}

/** Why the peak is a lower bound when the heap is read by `readJsHeap`. */
export const JS_HEAP_TRUTH = 'read at stage boundaries only: a lower bound of the peak';
