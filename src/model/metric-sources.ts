import { Set } from '../host/intrinsics.js';
import { METRICS, type Metric } from './metrics.js';
import type { SlotName } from './sample-layout.js';
import { type SourceName, type SourceState, type Sources, TRACKER_METHOD } from './sources.js';

/** The source each slot is read from, where a report has a state for it. */
const SOURCE_OF_SLOT: Readonly<Partial<Record<SlotName, SourceName>>> = {
  thread_cpu_ns: 'thread_cpu',
  pool_cpu_ns: 'pool_cpu',
  rss_bytes: 'rss',
  rss_peak_bytes: 'rss_peak',
  file_bytes: 'rss',
  js_used_bytes: 'js_peak',
  js_peak_bytes: 'js_peak',
  js_alloc_bytes: 'gc',
  external_bytes: 'js_peak',
  buffers_bytes: 'js_peak',
  workers_bytes: 'js_peak',
  gc_ns: 'gc',
  gc_calls: 'gc',
  thread_native_alloc_bytes: 'native',
  native_live_bytes: 'native',
  native_alloc_bytes: 'native',
  native_allocs: 'native',
  native_peak_bytes: 'native',
  allocator_free_bytes: 'allocator',
  mapped_bytes: 'native',
  module_count: 'native',
  live_module_count: 'native',
};

/** Slots that no allocator tells: the tracker alone sees single allocations. */
const TRACKER_SLOTS: ReadonlySet<SlotName> = new Set([
  'native_alloc_bytes',
  'native_allocs',
  'thread_native_alloc_bytes',
  'native_peak_bytes',
  'mapped_bytes',
  'module_count',
  'live_module_count',
]);

/** Slots that Node itself cannot read. It can read the CPU of a thread from 22.19 on. */
const ADDON_SLOTS: ReadonlySet<SlotName> = new Set([
  'pool_cpu_ns',
  'gc_ns',
  'gc_calls',
  'js_alloc_bytes',
  'file_bytes',
  'buffers_bytes',
  'workers_bytes',
  'native_live_bytes',
  'allocator_free_bytes',
  ...TRACKER_SLOTS,
]);

/** Fields that are null without the tracker. */
export const TRACKER_FIELDS = fieldsFrom(TRACKER_SLOTS);

/** Fields that are null without the addon. */
export const ADDON_FIELDS = fieldsFrom(ADDON_SLOTS);

function fieldsFrom(slots: ReadonlySet<SlotName>): readonly string[] {
  return METRICS.filter(({ slot }) => slot !== null && slots.has(slot)).map(({ field }) => field);
}

const NO_TRACKER = 'needs the tracker: use stageprof run, or map --profile';

/** The tracker counts by module only if it was told to when it was loaded. */
const NO_MODULES = 'modules are not counted: use stageprof run without --no-modules';

function isByModule({ unit }: Metric): boolean {
  return unit === 'modules';
}

/** The source whose truth the metric has; null for a metric that is counted or always read. */
export function sourceOf({ slot }: Metric): SourceName | null {
  return slot === null ? null : (SOURCE_OF_SLOT[slot] ?? null);
}

/** When the metric is null, as docs/fields.md says it. */
export function nullWhen(metric: Metric): string {
  if (metric.slot === null || metric.group === 'time') return 'never';
  const causes = [`\`measure\` is without \`${metric.group}\``];
  const source = sourceOf(metric);
  if (metric.slot !== null && TRACKER_SLOTS.has(metric.slot)) causes.push(NO_TRACKER);
  else if (source !== null) causes.push(`\`sources.${source}\` is absent`);
  if (metric.share === 'running') causes.push('`attribution` is not exact');
  if (isByModule(metric)) causes.push(NO_MODULES);
  if (metric.share === 'collected') causes.push('nothing was collected (`collect`)');
  return causes.join(', or ');
}

/** Why no row of a report has the metric. */
export function whyAbsent(metric: Metric, sources: Sources): string {
  const name = sourceOf(metric);
  const state: SourceState | null = name === null ? null : sources[name];
  if (state !== null && !state.available && state.reason !== undefined) return state.reason;
  if (isByModule(metric) && state?.method === TRACKER_METHOD) return NO_MODULES;
  if (metric.slot !== null && TRACKER_SLOTS.has(metric.slot)) return NO_TRACKER;
  if (metric.share === 'running') return 'attribution is not exact';
  return metric.share === 'collected' ? 'nothing was collected' : 'not measured';
}
