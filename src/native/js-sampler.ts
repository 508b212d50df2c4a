import { wallNs } from '../host/clock.js';
import { readFileSync } from '../host/files.js';
import { Float64Array, Math, Number } from '../host/intrinsics.js';
import { nodeVersion, residentBytes, resourceUsage, threadCpuUsage } from '../host/process.js';
import type { Fold, FoldRequest } from '../model/fold.js';
import { SAMPLE_LENGTH, slotIndex } from '../model/sample-layout.js';
import type { CompositionBytes, Sampler, SamplerOptions } from '../model/sampler.js';
import { present, type SamplerSources, type SourceState } from '../model/sources.js';
import { rssPeakState, rssState } from '../os/kernel-rss.js';
import { JS_HEAP_TRUTH, jsHeapParts, readJsHeap, refuseClosedStreams } from './js-heap.js';
import { whereMeasured } from './where-measured.js';

const NO_RSS = 'process.memoryUsage.rss() fails: no /proc, or no descriptor left';

const NS_PER_US = 1000;
const BYTES_PER_BLOCK = 512;

/** Reads what Node itself offers, for platforms without the addon. */
export class JsSampler implements Sampler {
  readonly slots = new Float64Array(SAMPLE_LENGTH).fill(Number.NaN);
  private highestMaxRssBytes = resourceUsage().maxRSS * 1024;

  /** @param missing why the addon is not there */
  constructor(
    private readonly options: SamplerOptions,
    private readonly missing: string,
  ) {}

  readEntry(): void {
    this.readMemory();
    this.readUsage();
    this.readThreadCpu();
    this.readWall();
  }

  readExit(): void {
    this.readWall();
    this.readThreadCpu();
    this.readUsage();
    this.readMemory();
  }

  readThreadUse(): void {
    this.readThreadCpu();
  }

  /** `process.threadCpuUsage` makes an object each time. */
  readThreadCpuNs(): number {
    return Number.NaN;
  }

  openFold(_request: FoldRequest): Fold | null {
    return null;
  }

  sources(): SamplerSources {
    const { cpu, rss, js, native, io } = this.options;
    return {
      native: whereMeasured(native, this.missing, null),
      allocator: whereMeasured(native, this.missing, null),
      js_peak: whereMeasured(js, null, present('sampled', 'v8.getHeapStatistics', JS_HEAP_TRUTH)),
      rss: whereMeasured(rss, Number.isNaN(rssBytes()) ? NO_RSS : null, rssState('process.memoryUsage.rss')),
      rss_peak: whereMeasured(rss, null, rssPeak(this.options.rssPeak, this.missing)),
      usage: whereMeasured(cpu || rss || io, null, present('exact', 'process.resourceUsage')),
      thread_cpu: whereMeasured(
        cpu,
        threadCpuUsage === undefined ? `Node ${nodeVersion} has no process.threadCpuUsage, and ${this.missing}` : null,
        present('exact', 'process.threadCpuUsage'),
      ),
      pool_cpu: whereMeasured(cpu, this.missing, null),
      gc: whereMeasured(js, this.missing, null),
    };
  }

  watchLoop(): boolean {
    return false;
  }

  lifetimePeakRssBytes(): number {
    return this.options.rss ? (vmHwmBytes() ?? resourceUsage().maxRSS * 1024) : Number.NaN;
  }

  modules(): null {
    return null;
  }

  composition(): CompositionBytes | null {
    return {
      rss: this.slots[slotIndex.rss_bytes]!,
      ...jsHeapParts(),
      workerHeaps: Number.NaN,
      leavingHeaps: Number.NaN,
      strings: Number.NaN,
      wasm: Number.NaN,
      native: Number.NaN,
      allocatorFree: Number.NaN,
      mapped: Number.NaN,
      files: Number.NaN,
      code: Number.NaN,
      stacks: Number.NaN,
      shared: Number.NaN,
      mappedByModule: [],
      largestFiles: [],
      mappingsAgeNs: 0,
      ageNs: 0,
    };
  }

  close(): void {}

  private readWall(): void {
    // The addon reads the same clock.
    this.slots[slotIndex.wall_ns] = wallNs();
  }

  private readThreadCpu(): void {
    if (!this.options.cpu || threadCpuUsage === undefined) return;
    const { user, system } = threadCpuUsage();
    this.slots[slotIndex.thread_cpu_ns] = (user + system) * NS_PER_US;
  }

  /** One getrusage gives CPU, faults and the resident peak. */
  private readUsage(): void {
    const { cpu, io, rss } = this.options;
    if (!cpu && !io && !rss) return;
    const { slots } = this;
    const usage = resourceUsage();
    if (cpu) slots[slotIndex.process_cpu_ns] = (usage.userCPUTime + usage.systemCPUTime) * NS_PER_US;
    if (io) {
      slots[slotIndex.faults_minor] = usage.minorPageFault;
      slots[slotIndex.faults_major] = usage.majorPageFault;
      slots[slotIndex.ctx_voluntary] = usage.voluntaryContextSwitches;
      slots[slotIndex.ctx_involuntary] = usage.involuntaryContextSwitches;
      slots[slotIndex.read_bytes] = usage.fsRead * BYTES_PER_BLOCK;
      slots[slotIndex.write_bytes] = usage.fsWrite * BYTES_PER_BLOCK;
    }
    if (rss) {
      const now = rssBytes();
      const maxRssBytes = usage.maxRSS * 1024;
      slots[slotIndex.rss_bytes] = now;
      // The lifetime peak tells something about this window only if it rose within the window.
      slots[slotIndex.rss_peak_bytes] = maxRssBytes > this.highestMaxRssBytes ? Math.max(maxRssBytes, now) : now;
      this.highestMaxRssBytes = maxRssBytes;
    }
  }

  private readMemory(): void {
    if (this.options.js) readJsHeap(this.slots);
  }
}

function rssPeak(mode: SamplerOptions['rssPeak'], missing: string): SourceState {
  const lifetime = 'for calls that raised the peak of the process, else a lower bound';
  return rssPeakState(
    'process.resourceUsage().maxRSS',
    mode === 'reset' ? `${lifetime}; no reset, since ${missing}` : lifetime,
  );
}

/** NaN if /proc is not mounted, no descriptor is left, or the program has closed a standard stream. */
function rssBytes(): number {
  try {
    refuseClosedStreams();
    return residentBytes();
  } catch {
    return Number.NaN;
  }
}

/**
 * High-water mark of the resident set. `maxRSS` starts, across exec, at the peak of the program that did the
 * exec; VmHWM does not.
 */
function vmHwmBytes(): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
