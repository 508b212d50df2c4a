import { present, type SamplerSources, type SourceState } from '../sources.js';
import type { Binding, NativeSamplerHandle } from './binding.js';
import { JS_HEAP_TRUTH, readJsHeap } from './js-heap.js';
import { rssPeakState, rssState } from './kernel-rss.js';
import { SAMPLE_MASK, SLOT_COUNT } from './layout.js';
import type { Sampler, SamplerOptions } from './sampler.js';
import { whereMeasured } from './where-measured.js';

const GC_TRUTH = 'pauses: incremental marking steps and lazy sweeping between them are not in it';

const MALLINFO2_TRUTH =
  'readings beyond 1 % of the elapsed time of a thread are skipped, and calls with a skipped end left out; thread caches of glibc count as in use, and memory of WebAssembly, which is mapped, is subtracted as if it were from malloc';

/** Reads all sources in one call into the addon. */
export class NativeSampler implements Sampler {
  /** In shared memory, which cannot be detached: the addon need not look, at each sample, whether it is still there. */
  readonly slots = new Float64Array(new SharedArrayBuffer(SLOT_COUNT * Float64Array.BYTES_PER_ELEMENT));
  readonly readEntry: () => void;
  readonly readExit: () => void;
  private readonly handle: NativeSamplerHandle;

  /** @param heapFault why the addon cannot read the V8 heap of this Node, null when it can */
  constructor(
    private readonly binding: Binding,
    private readonly heapFault: string | null,
    private readonly options: SamplerOptions,
  ) {
    const { slots } = this;
    this.handle = binding.samplerOpen(slots, maskOf(options));
    const { readEntry, readExit } = this.handle;
    if (heapFault === null || !options.js) {
      this.readEntry = readEntry;
      this.readExit = readExit;
    } else {
      // The addon leaves the slots of a heap it cannot read alone.
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

  sources(): SamplerSources {
    const { cpu, rss, js, native } = this.options;
    const faults = this.binding.sourcesRead();
    const { heapFault } = this;
    return {
      native: whereMeasured(native, faults.mallinfo2, this.mallinfo2State()),
      js_peak: whereMeasured(
        js,
        null,
        heapFault === null
          ? present('exact', 'V8 heap before each collection', "to the granularity of V8's allocation buffers")
          : present('sampled', 'v8.getHeapStatistics', `${JS_HEAP_TRUTH}, since ${heapFault}`),
      ),
      rss: whereMeasured(rss, faults.statm, rssState('/proc/self/statm')),
      rss_peak: whereMeasured(rss, faults.rusage, this.rssPeakState(faults.clearRefs)),
      thread_cpu: whereMeasured(cpu, faults.threadClock, present('exact', 'CLOCK_THREAD_CPUTIME_ID')),
      gc: whereMeasured(js, heapFault, present('exact', 'V8 collection callbacks', GC_TRUTH)),
    };
  }

  lifetimePeakRssBytes(): number {
    return this.options.rss ? this.binding.rssPeakRead() : Number.NaN;
  }

  close(): void {
    this.handle.close();
  }

  private mallinfo2State(): SourceState {
    const { readings, skipped } = this.handle.budget();
    const { heapFault } = this;
    // Backing stores come from malloc too: without the V8 heap they cannot be told from live native blocks.
    const reason =
      heapFault === null ? MALLINFO2_TRUTH : `${MALLINFO2_TRUTH}; live native memory is null, since ${heapFault}`;
    return { ...present('sampled', 'mallinfo2', reason), readings, skipped };
  }

  private rssPeakState(clearRefsFault: string | null): SourceState {
    const lifetime = 'for calls that raised the peak of the process, else a lower bound';
    if (this.options.rssPeak === 'lifetime') return rssPeakState('ru_maxrss', lifetime);
    return clearRefsFault === null
      ? rssPeakState('ru_maxrss reset by /proc/self/clear_refs at each boundary', undefined)
      : rssPeakState('ru_maxrss', `${lifetime}; no reset: ${clearRefsFault}`);
  }
}

function maskOf({ rssPeak, ...groups }: SamplerOptions): number {
  let mask = rssPeak === 'reset' ? SAMPLE_MASK.rssPeakReset : 0;
  for (const group of Object.keys(groups) as (keyof typeof groups)[]) if (groups[group]) mask |= SAMPLE_MASK[group];
  return mask;
}
