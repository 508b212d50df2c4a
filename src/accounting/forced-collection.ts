import { Float64Array, Map, Number, Set } from '../host/intrinsics.js';
import { getHeapStatistics, runInNewContext, setFlagsFromString } from '../host/process.js';
import { METRICS } from '../model/metrics.js';
import type { Collect } from '../model/options.js';
import { SLOT_COUNT, slotIndex } from '../model/sample-layout.js';
import type { Sampler } from '../model/sampler.js';
import type { OpenCall } from './open-call.js';

/** Slots that only rise. What a forced collection adds to them is not the program's. */
export const FLOW_SLOTS: readonly number[] = [
  ...new Set(
    METRICS.flatMap(({ fold, slot, unit }) =>
      fold === 'flow' && slot !== null && unit !== 'modules' ? [slotIndex[slot]] : [],
    ),
  ),
];

const USED = slotIndex.js_used_bytes;

type Gc = (options?: { readonly type: 'minor' }) => void;

let exposedGc: Gc | undefined;

/** Collects once, outside of any measurement. @returns the used heap after it, in bytes */
export function collectNow(): number {
  collectFully(collector());
  return getHeapStatistics().used_heap_size;
}

/**
 * A full collection lets another thread free the Buffers, and they are counted as there until it is done. The next collection
 * waits for it. One of the young generation, which is empty, is the cheapest.
 */
function collectFully(gc: Gc): void {
  gc();
  gc({ type: 'minor' });
}

/** V8 hands out `gc` only to contexts made while a flag is set. The flag is left as the program had it. */
function collector(): Gc {
  if (exposedGc === undefined) {
    const wasExposed = typeof (globalThis as { gc?: unknown }).gc === 'function';
    setFlagsFromString('--expose-gc');
    exposedGc = runInNewContext('gc') as Gc;
    if (!wasExposed) setFlagsFromString('--no-expose-gc');
  }
  return exposedGc;
}

/**
 * Full collections forced at the ends of calls, so that the used heap holds live objects only. The time, CPU and faults
 * that they cost are counted apart, and taken out of every later sample.
 */
export class ForcedCollection {
  /** The slots at the start of a collection. */
  private readonly before = new Float64Array(SLOT_COUNT);
  /** The used heap after the collection at its entry, for each open call that was collected. */
  private readonly usedAtEntry = new Map<OpenCall, number>();
  private readonly gc = collector();

  /**
   * @param excluded where the cost so far is kept, by slot
   * @param onSample is called after each sample that is taken here: the peaks must not miss it
   */
  constructor(
    private readonly sampler: Sampler,
    private readonly at: Exclude<Collect, 'none'>,
    private readonly excluded: Float64Array,
    private readonly onSample: () => void,
  ) {}

  /** Takes what forced collections have cost so far out of the last sample. */
  exclude(): void {
    const { slots } = this.sampler;
    for (const slot of FLOW_SLOTS) slots[slot]! -= this.excluded[slot]!;
  }

  /** What forced collections have cost so far, in a slot that only rises. */
  excludedFrom(slot: number): number {
    return this.excluded[slot]!;
  }

  /**
   * Collects, if a call under `parent` is one that is collected.
   *
   * @returns the used heap in bytes, for `hold`; undefined where it was not collected
   */
  atEntry(parent: OpenCall): number | undefined {
    return this.at === 'every' || parent.parent === null ? this.collect() : undefined;
  }

  /** Keeps what `atEntry` returned until the exit of the call. */
  hold(call: OpenCall, used: number): void {
    this.usedAtEntry.set(call, used);
  }

  /** The call measures nothing: its object will stand for another one. */
  forget(call: OpenCall): void {
    this.usedAtEntry.delete(call);
  }

  /** Growth of the live JS heap since the entry of the call, in bytes; NaN where it was not collected. */
  atExit(call: OpenCall): number {
    const used = this.usedAtEntry.get(call);
    if (used === undefined) return Number.NaN;
    this.usedAtEntry.delete(call);
    return this.collect() - used;
  }

  /** Collects and returns the used heap after it, in bytes. */
  private collect(): number {
    const { sampler, excluded, before } = this;
    sampler.readEntry();
    this.onSample();
    before.set(sampler.slots.subarray(0, SLOT_COUNT));
    collectFully(this.gc);
    sampler.readEntry();
    this.onSample();
    for (const slot of FLOW_SLOTS) excluded[slot]! += sampler.slots[slot]! - before[slot]!;
    return sampler.slots[USED]!;
  }
}
