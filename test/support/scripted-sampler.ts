import type { Accounting } from '../../src/accounting/accounting.js';
import { THREAD_USE_SLOTS } from '../../src/accounting/self-times.js';
import { type Fold, type FoldRequest, PLAN_NUMBERS } from '../../src/model/fold.js';
import type { StageProfilerOptions } from '../../src/model/options.js';
import type { StageRow } from '../../src/model/report.js';
import {
  LEVEL_OF_PEAK,
  LIVE_CELLS,
  SAMPLE_LENGTH,
  SLOT_COUNT,
  SLOTS,
  type SlotName,
  slotIndex,
  WAITED_CELL,
} from '../../src/model/sample-layout.js';
import type { Sampler } from '../../src/model/sampler.js';
import { present, type SamplerSources } from '../../src/model/sources.js';
import type { StageCost } from '../../src/model/stage-cost.js';
import { loadBinding } from '../../src/native/load-addon.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';

export type SlotValues = { readonly [Slot in SlotName]?: number };

const PEAKS = Object.entries(LEVEL_OF_PEAK) as readonly (readonly [SlotName, SlotName])[];

const EXACT = present('exact', 'script');

/**
 * A sampler whose readings the test decides. Every slot is zero at first, and stays the same until the test changes it.
 * Setting a level raises its peak, and a sample begins a new window of every peak.
 */
export class ScriptedSampler implements Sampler {
  readonly slots = new Float64Array(new SharedArrayBuffer(SAMPLE_LENGTH * 8)).fill(Number.NaN);
  readonly state: SamplerSources = {
    native: EXACT,
    allocator: EXACT,
    js_peak: EXACT,
    rss: EXACT,
    rss_peak: EXACT,
    usage: EXACT,
    thread_cpu: EXACT,
    pool_cpu: EXACT,
    gc: EXACT,
  };
  lifetimePeak = 0;
  /** Names of the modules that `allocate` counts for; null if none are counted. */
  moduleNames: string[] | null = null;
  closes = 0;
  private readonly moduleBytes: number[] = [];
  private readonly liveBytes: number[] = [];
  private readonly values = new Map<SlotName, number>(SLOTS.map((slot) => [slot, 0]));

  /**
   * Sets slots. Setting a level raises its peak since the last sample. A peak that is NaN is not measured, and stays NaN.
   */
  set(values: SlotValues): void {
    for (const [slot, value] of Object.entries(values) as [SlotName, number][]) {
      this.values.set(slot, value);
      for (const [peak, level] of PEAKS) {
        if (slot === level) this.values.set(peak, Math.max(value, this.values.get(peak)!));
      }
    }
  }

  /** Adds to slots. */
  advance(amounts: SlotValues): void {
    const slots = Object.entries(amounts) as [SlotName, number][];
    this.set(Object.fromEntries(slots.map(([slot, amount]) => [slot, this.values.get(slot)! + amount])));
  }

  /** Lets wall time pass. */
  pass(wallNs: number): void {
    this.advance({ wall_ns: wallNs });
  }

  /** Adds to the bytes that a module has allocated. A new name stands for a module that is loaded now. */
  allocate(module: string, bytes: number): void {
    this.moduleNames ??= [];
    let cell = this.moduleNames.indexOf(module);
    if (cell === -1) cell = this.moduleNames.push(module) - 1;
    this.moduleBytes[cell] = (this.moduleBytes[cell] ?? 0) + bytes;
    this.set({ module_count: this.moduleNames.length });
  }

  /** Changes the live bytes of a module that `allocate` has named. */
  hold(module: string, bytes: number): void {
    this.liveBytes[this.moduleNames!.indexOf(module)] = bytes;
    this.set({ live_module_count: this.moduleNames!.length });
  }

  /** Which fold the samplers made from now on open: the addon's, or none, so that the one in TypeScript serves. */
  static folds: 'in TypeScript' | 'in native code' = 'in TypeScript';
  private readonly folds = ScriptedSampler.folds;

  /** The addon folds the sample that the script has taken before. */
  openFold({ plan, excluded, use, boundary }: FoldRequest): Fold | null {
    if (this.folds === 'in TypeScript') return null;
    const { binding, missing } = loadBinding();
    if (binding === null) throw new Error(missing);
    const given = Float64Array.from(plan);
    given[PLAN_NUMBERS.indexOf('takes_samples')] = 0;
    const first = this.slots.slice();
    const handle = binding.samplerOpen(this.slots, 0, true)!;
    this.slots.set(first);
    const fold = handle.openFold(given, excluded, use, boundary)!;
    const read = (take: () => void): void => {
      fold.endAtWait();
      take();
    };
    return {
      ...fold,
      enter: () => {
        read(() => this.readEntry());
        fold.enter();
      },
      exit: () => {
        read(() => this.readExit());
        fold.exit();
      },
      chargeUntilNow: () => {
        this.readThreadUse();
        fold.chargeUntilNow();
      },
    };
  }

  readThreadCpuNs(): number {
    return this.values.get('thread_cpu_ns')!;
  }

  composition(): null {
    return null;
  }

  modules(): readonly string[] | null {
    return this.moduleNames;
  }

  readEntry(): void {
    this.read();
  }

  readExit(): void {
    this.read();
  }

  /** How often the use of the thread was read without a sample. */
  useReadings = 0;

  readThreadUse(): void {
    if (this.closes > 0) throw new Error('A closed sampler was read');
    this.useReadings++;
    for (const slot of THREAD_USE_SLOTS) this.slots[slot] = this.values.get(SLOTS[slot]!)!;
  }

  private watches = false;

  watchLoop(): boolean {
    this.watches = true;
    return true;
  }

  /** Does what happens when the event loop starts to wait. */
  wait(): void {
    if (!this.watches || this.closes > 0 || this.slots[WAITED_CELL] !== 0) return;
    for (const slot of THREAD_USE_SLOTS) this.slots[slot] = this.values.get(SLOTS[slot]!)!;
    this.slots[WAITED_CELL] = 1;
  }

  sources(): SamplerSources {
    return this.state;
  }

  lifetimePeakRssBytes(): number {
    return this.lifetimePeak;
  }

  close(): void {
    this.closes++;
  }

  private read(): void {
    if (this.closes > 0) throw new Error('A closed sampler was read');
    for (const [slot, value] of this.values) this.slots[slotIndex[slot]] = value;
    this.slots.set(this.moduleBytes, SLOT_COUNT);
    for (const [cell, bytes] of this.liveBytes.entries()) this.slots[LIVE_CELLS + cell] = bytes ?? 0;
    for (const [peak, level] of PEAKS) {
      if (!Number.isNaN(this.values.get(peak))) this.values.set(peak, this.values.get(level)!);
    }
  }
}

export interface Scripted {
  readonly profiler: StageProfiler;
  readonly accounting: Accounting;
  readonly sampler: ScriptedSampler;
}

export const FREE: StageCost = { fullNs: 0, innerNs: 0 };

/** A profiler on a scripted sampler. Its stages cost nothing by default. */
export function scripted(options: StageProfilerOptions = {}, stageCost: StageCost = FREE): Scripted {
  const sampler = new ScriptedSampler();
  let accounting: Accounting | undefined;
  const seen = (made: Accounting) => {
    accounting = made;
  };
  const profiler = new StageProfiler(options, { sampler, stageCost, seen });
  return { sampler, profiler, accounting: accounting! };
}

/** The row with a label. */
export function rowOf(profiler: StageProfiler, label: string): StageRow {
  const row = profiler.report().stages.find(({ stage }) => stage === label);
  if (row === undefined) throw new Error(`No row "${label}" among ${labelsOf(profiler).join(', ')}`);
  return row;
}

/** The labels of the report, in its order. */
export function labelsOf(profiler: StageProfiler): string[] {
  return profiler.report().stages.map(({ stage }) => stage);
}
