import type { MetricField, Unit } from './metrics.js';
import type { SlotName } from './sample-layout.js';

/** What this thread used, and the part that code outside any stage used. */
export interface ThreadUse {
  readonly total: number;
  readonly outside: number;
}

/** With exact attribution `outside` and the `_self` fields of all rows add up to `total`. Null where not measured. */
export interface ExactUse {
  readonly thread_cpu_s: ThreadUse | null;
  readonly js_kb_alloc: ThreadUse | null;
  readonly native_kb_alloc: ThreadUse | null;
}

interface ExactMember {
  readonly member: keyof ExactUse;
  readonly unit: Unit;
  readonly slot: SlotName;
  /** The field of a row for what a label used while its own code ran. */
  readonly self: MetricField;
  /**
   * The field that is the sum over a label and all labels below it; null where that field stays the difference between
   * two samples.
   */
  readonly whole: MetricField | null;
}

/**
 * What one thread can count by itself, and what can therefore be charged to the code that used it. The order is that of
 * all arrays of uses.
 */
export const EXACT_MEMBERS = [
  { member: 'thread_cpu_s', unit: 's', slot: 'thread_cpu_ns', self: 'thread_cpu_self_s', whole: 'thread_cpu_s' },
  { member: 'js_kb_alloc', unit: 'KiB', slot: 'js_alloc_bytes', self: 'js_kb_alloc_self', whole: 'js_kb_alloc' },
  {
    member: 'native_kb_alloc',
    unit: 'KiB',
    slot: 'thread_native_alloc_bytes',
    self: 'native_kb_alloc_self',
    whole: null,
  },
] as const satisfies readonly ExactMember[];
