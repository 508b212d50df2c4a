import { Float64Array, Number, Object } from '../host/intrinsics.js';
import type { Fold, FoldRequest } from '../model/fold.js';
import { moduleName, OTHER_MODULES } from '../model/module-name.js';
import {
  ACCOUNT_LENGTH,
  MALLOC_READINGS_CELL,
  MALLOC_SKIPPED_CELL,
  MODULE_CELLS,
  SAMPLE_MASK,
  slotIndex,
} from '../model/sample-layout.js';
import type { CompositionBytes, SampleMemory, Sampler, SamplerOptions } from '../model/sampler.js';
import { present, type SamplerSources, type SourceState } from '../model/sources.js';
import { rssPeakState, rssState } from '../os/kernel-rss.js';
import { compositionOf } from './account.js';
import type { Binding, NativeSamplerHandle, NativeSources } from './addon.js';
import { freeState, liveState } from './allocator-state.js';
import { JS_HEAP_TRUTH, jsHeapParts, readJsHeap } from './js-heap.js';
import { trackerState } from './tracker-state.js';
import { usageState } from './usage-state.js';
import { whereMeasured } from './where-measured.js';

const GC_TRUTH = 'pauses: incremental marking steps and lazy sweeping between them are not in it';

const POOL_METHOD = "CPU clocks of the threads of libuv's pool";

const POOL_TRUTH =
  'of the whole process, whichever stage queued the work; to 20 us, or for a larger pool 5 us a thread';

/** Reads all sources in one call into the addon. */
export class NativeSampler implements Sampler {
  readonly readEntry: () => void;
  readonly readExit: () => void;
  readonly readThreadUse: () => void;

  /**
   * Undefined if the addon makes no sampler, because the thread is being ended or has no memory left for one.
   *
   * @param heapFault why the addon cannot read the V8 heap of this Node, null when it can
   */
  static open(
    { binding, heapFault }: { readonly binding: Binding; readonly heapFault: string | null },
    options: SamplerOptions,
    { slots, isPinned }: SampleMemory,
  ): NativeSampler | undefined {
    const handle = binding.samplerOpen(slots, maskOf(options), isPinned);
    return handle === undefined ? undefined : new NativeSampler(slots, handle, binding, heapFault, options);
  }

  private constructor(
    readonly slots: Float64Array,
    private readonly handle: NativeSamplerHandle,
    private readonly binding: Binding,
    private readonly heapFault: string | null,
    private readonly options: SamplerOptions,
  ) {
    const { readEntry, readExit, readThreadUse } = handle;
    this.readThreadUse = readThreadUse;
    if (heapFault === null || !options.js) {
      this.readEntry = readEntry;
      this.readExit = readExit;
    } else {
      // The addon does not fill the slots of a heap that it cannot read.
      this.readEntry = () => {
        readJsHeap(slots);
        readEntry();
      };
      this.readExit = () => {
        readExit();
        readJsHeap(slots);
      };
    }
  }

  readThreadCpuNs(): number {
    return this.binding.threadCpuRead();
  }

  /** A heap that is read here must be in the sample before it is folded, which one call cannot do. */
  openFold({ plan, excluded, use, boundary }: FoldRequest): Fold | null {
    if (this.heapFault !== null && this.options.js) return null;
    return this.handle.openFold(plan, excluded, use, boundary) ?? null;
  }

  sources(): SamplerSources {
    const { cpu, rss, js, native, io } = this.options;
    const read = this.binding.sourcesRead();
    const { heapFault } = this;
    const { malloc_stats: allocator, tracker, v8_heap: heap } = read;
    const isTracked = tracker.failure === null;
    const use = { readings: this.slots[MALLOC_READINGS_CELL]!, skipped: this.slots[MALLOC_SKIPPED_CELL]! };
    return {
      native: isTracked
        ? whereMeasured(native, null, trackerState(tracker, heap, heapFault))
        : whereMeasured(native, allocator.failure, liveState(allocator, use, heapFault, heap.hasBackingStores)),
      allocator: {
        ...whereMeasured(native, allocator.failure, freeState(allocator, use, isTracked)),
        ...(native && allocator.name !== null ? { allocator: allocator.name } : {}),
      },
      js_peak: whereMeasured(
        js,
        null,
        heapFault === null
          ? present('exact', 'V8 heap before each collection', "to the granularity of V8's allocation buffers")
          : present('sampled', 'v8.getHeapStatistics', `${JS_HEAP_TRUTH}, since ${heapFault}`),
      ),
      rss: whereMeasured(rss, faultOf(read, 'statm'), rssState('/proc/self/statm')),
      rss_peak: whereMeasured(rss, faultOf(read, 'rusage'), this.rssPeakState(faultOf(read, 'clear_refs'))),
      usage: whereMeasured(cpu || rss || io, faultOf(read, 'rusage'), usageState(read.rusage)),
      thread_cpu: whereMeasured(cpu, faultOf(read, 'thread_clock'), present('exact', 'CLOCK_THREAD_CPUTIME_ID')),
      pool_cpu: whereMeasured(cpu, faultOf(read, 'pool_cpu'), present('exact', POOL_METHOD, POOL_TRUTH)),
      gc: whereMeasured(js, heapFault, present('exact', 'V8 collection callbacks', GC_TRUTH)),
    };
  }

  watchLoop(): boolean {
    return this.handle.watchLoop();
  }

  lifetimePeakRssBytes(): number {
    return this.options.rss ? this.binding.rssPeakRead() : Number.NaN;
  }

  close(): void {
    this.handle.close();
  }

  modules(): readonly string[] | null {
    if (Number.isNaN(this.slots[slotIndex.module_count])) return null;
    return this.moduleNames();
  }

  composition(): CompositionBytes | null {
    const cells = new Float64Array(ACCOUNT_LENGTH);
    if (!this.handle.readAccount(cells)) return null;
    const composition = compositionOf(cells, this.moduleNames());
    return this.heapFault === null ? composition : { ...composition, ...jsHeapParts() };
  }

  private moduleNames(): readonly string[] {
    const names = this.binding.modulesRead()?.map(moduleName) ?? [];
    return names.length <= MODULE_CELLS ? names : [...names.slice(0, MODULE_CELLS - 1), OTHER_MODULES];
  }

  private rssPeakState(clearRefsFault: string | null): SourceState {
    const lifetime = 'for calls that raised the peak of the process, else a lower bound';
    if (this.options.rssPeak === 'lifetime') return rssPeakState('ru_maxrss', lifetime);
    return clearRefsFault === null
      ? rssPeakState('ru_maxrss reset by /proc/self/clear_refs at each boundary', undefined)
      : rssPeakState('ru_maxrss', `${lifetime}; no reset: ${clearRefsFault}`);
  }
}

function faultOf(sources: NativeSources, name: string): string | null {
  const source = sources[name];
  return source === undefined ? `this addon has no source ${name}` : source.failure;
}

/** Bits of the mask for these options. */
export function maskOf({ rssPeak, ...flags }: SamplerOptions): number {
  let mask = rssPeak === 'reset' ? SAMPLE_MASK.rssPeakReset : 0;
  for (const flag of Object.keys(flags) as (keyof typeof flags)[]) if (flags[flag]) mask |= SAMPLE_MASK[flag];
  return mask;
}
