import { Set } from '../host/intrinsics.js';
import type { Metric } from './metrics.js';
import type { SlotName } from './sample-layout.js';

/** What a thread that runs JavaScript has for itself. Every other slot is the process's, whichever thread reads it. */
const SLOTS_OF_THREAD: ReadonlySet<SlotName> = new Set([
  'wall_ns',
  'thread_cpu_ns',
  'gc_ns',
  'gc_calls',
  'js_used_bytes',
  'js_alloc_bytes',
  'js_peak_bytes',
  'external_bytes',
  'thread_native_alloc_bytes',
]);

/**
 * Whether a metric is of the thread that opened the stage, so that it adds up over threads. What the profiler counts
 * itself is: calls, errors, durations, cost. A metric of the process is taken from the main thread alone, because a
 * sum over threads would count the same use several times.
 */
export function isOfThread({ slot }: Pick<Metric, 'slot'>): boolean {
  return slot === null || SLOTS_OF_THREAD.has(slot);
}
