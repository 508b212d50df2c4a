import { ACCOUNT_LENGTH, SAMPLE_LENGTH, slotIndex } from '../model/sample-layout.js';
import { type CompositionBytes, plainSampleMemory, type Sampler, type SamplerOptions } from '../model/sampler.js';
import { present, type SamplerSources } from '../model/sources.js';
import type { Binding, NativeSamplerHandle } from '../native/addon.js';
import { JsSampler } from '../native/js-sampler.js';
import { NativeSampler } from '../native/native-sampler.js';
import type { AgentLook, AgentSample } from './agent-messages.js';

/** Two samples of another process, and what was found there at the end. */
export interface TwoSamples {
  readonly first: AgentSample;
  readonly last: AgentSample;
  readonly began: AgentLook;
  /** CPU of its main thread at both, by the kernel's count, in nanoseconds; NaN where it was not read. */
  readonly threadCpuNs: readonly [number, number];
  /** Who held its memory at the end, as far as mappings and node's own counts tell. */
  readonly seenFromOutside: CompositionBytes;
  /** Resident bytes of the heaps of its worker threads at the end. */
  readonly workerHeaps: number;
  /** What was used of them at both. */
  readonly workersBytes: readonly [number, number];
}

/**
 * A sampler whose first sample and all later ones are those of another process: what is made of them is the same as in a process
 * that measures itself.
 */
export function replayedSampler(samples: TwoSamples, options: SamplerOptions): Sampler {
  return samples.last.sources === null ? new ReplayedNode(samples, options) : new ReplayedAddon(samples, options);
}

const THREAD_CPU = slotIndex.thread_cpu_ns;
const WORKERS = slotIndex.workers_bytes;
const ALLOCATED = slotIndex.native_alloc_bytes;
const BLOCKS = slotIndex.native_allocs;

abstract class Replayed {
  abstract readonly slots: Float64Array;
  private readonly first: Float64Array;
  private readonly last: Float64Array;

  constructor(protected readonly samples: TwoSamples) {
    this.first = cellsOf(samples.first.slots, SAMPLE_LENGTH);
    this.last = cellsOf(samples.last.slots, SAMPLE_LENGTH);
    [this.first, this.last].forEach((cells, index) => {
      if (Number.isNaN(cells[THREAD_CPU]!)) cells[THREAD_CPU] = samples.threadCpuNs[index]!;
      // The addon sees the heaps of those threads that have loaded it.
      cells[WORKERS] = Math.max(samples.workersBytes[index]!, cells[WORKERS] || 0);
      // What is live was there before the tracker, but what is allocated it counts exactly.
      const { tracker } = index === 0 ? samples.first : samples.last;
      if (tracker === null) return;
      cells[ALLOCATED] = tracker.allocatedBytes;
      cells[BLOCKS] = tracker.allocatedBlocks;
    });
  }

  readEntry(): void {
    this.slots.set(this.first);
  }

  readExit(): void {
    this.slots.set(this.last);
  }

  readThreadUse(): void {}

  watchLoop(): boolean {
    return false;
  }

  readThreadCpuNs(): number {
    return Number.NaN;
  }

  openFold(): null {
    return null;
  }

  close(): void {}

  /** What the addon in the process knows nothing of, or nothing new, is told as it was seen from outside. */
  protected composed(account: CompositionBytes | null): CompositionBytes {
    const { seenFromOutside: seen, workerHeaps } = this.samples;
    const { files, code, stacks, shared, largestFiles } = seen;
    const isSeen = !Number.isNaN(code);
    const outside = isSeen ? { files, code, stacks, shared, largestFiles, mappingsAgeNs: 0, ageNs: 0 } : {};
    const found = account === null ? seen : { ...account, ...outside };
    return { ...found, workerHeaps: Math.max(workerHeaps, found.workerHeaps || 0), leavingHeaps: 0 };
  }
}

/** With the addon in the process: its sampler tells what each number is worth. */
class ReplayedAddon extends Replayed implements Sampler {
  readonly slots: Float64Array;
  private readonly native: NativeSampler;

  constructor(samples: TwoSamples, options: SamplerOptions) {
    super(samples);
    const memory = plainSampleMemory();
    const { last, began } = samples;
    const account = cellsOf(last.account ?? '', ACCOUNT_LENGTH);
    const nothing = (): void => {};
    const handle: Partial<NativeSamplerHandle> = {
      readEntry: nothing,
      readExit: nothing,
      readThreadUse: nothing,
      readAccount: (cells) => {
        cells.set(account);
        return true;
      },
      close: nothing,
    };
    const binding: Partial<Binding> = {
      samplerOpen: () => handle as NativeSamplerHandle,
      sourcesRead: () => last.sources!,
      modulesRead: () => last.modules,
      rssPeakRead: () => last.rssPeakBytes ?? Number.NaN,
    };
    this.native = NativeSampler.open({ binding: binding as Binding, heapFault: began.heapFault }, options, memory)!;
    this.slots = memory.slots;
    this.readEntry();
  }

  sources(): SamplerSources {
    return this.native.sources();
  }

  lifetimePeakRssBytes(): number {
    return this.native.lifetimePeakRssBytes();
  }

  modules(): readonly string[] | null {
    return this.native.modules();
  }

  composition(): CompositionBytes {
    const { last, began } = this.samples;
    const account = this.native.composition();
    if (account === null || began.heapFault === null) return this.composed(account);
    return this.composed({ ...account, jsHeap: last.heapPhysicalBytes, buffers: last.memory.arrayBuffers });
  }
}

/** Without: what Node itself tells. */
class ReplayedNode extends Replayed implements Sampler {
  readonly slots = plainSampleMemory().slots;
  private readonly node: JsSampler;

  constructor(samples: TwoSamples, options: SamplerOptions) {
    super(samples);
    this.node = new JsSampler(options, samples.began.addonMissing ?? 'there is no addon in the process');
    this.readEntry();
  }

  sources(): SamplerSources {
    return { ...this.node.sources(), thread_cpu: present('exact', '/proc/PID/task/TID/schedstat') };
  }

  lifetimePeakRssBytes(): number {
    return Number.NaN;
  }

  modules(): null {
    return null;
  }

  composition(): CompositionBytes {
    return this.composed(null);
  }
}

/** JSON has no NaN, so numbers cross as their bytes. */
function cellsOf(base64: string, length: number): Float64Array {
  const bytes = Buffer.from(base64, 'base64');
  const cells = new Float64Array(length).fill(Number.NaN);
  new Uint8Array(cells.buffer).set(bytes.subarray(0, cells.byteLength));
  return cells;
}
