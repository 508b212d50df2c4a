import { Array, type Float64Array } from '../host/intrinsics.js';
import type { FoldPlan, PeakMetric } from './fold-plan.js';
import { PeakStack } from './peak-stack.js';

/** Peak entries tolerated per open call before those that no window can ask for are removed. */
const PEAK_SLACK = 32;

/** Moment of a call that is not open, and position of no call. */
const NONE = -1;

interface TrackedPeak extends PeakMetric {
  readonly stack: PeakStack;
}

/** The windows of all open calls, by position in the pool: one stack for each peak metric of a plan. */
export class CallPeaks {
  /** In the order of the plan. */
  private readonly tracked: readonly TrackedPeak[];
  /** By position: when the call was opened, in openings; and the calls opened next before and after it that are open. */
  private readonly moments: number[] = [];
  private readonly older: number[] = [];
  private readonly newer: number[] = [];
  private newest = NONE;
  private opened = 0;
  private count = 0;

  /** @param slots the last sample */
  constructor(
    { peaks }: FoldPlan,
    private readonly slots: Float64Array,
  ) {
    this.tracked = peaks.map(({ slot, levelSlot, column }) => ({ slot, levelSlot, column, stack: new PeakStack() }));
  }

  /** Opens the windows of a call whose entry sample is the last. */
  open(position: number): void {
    const { moments, slots, tracked } = this;
    if (tracked.length === 0) return;
    // Out of stack it was not closed.
    if (this.isOpen(position)) this.close(position);
    // First: where a step fails, its moment is no other call's.
    const moment = ++this.opened;
    for (let i = 0; i < tracked.length; i++) {
      const { slot, levelSlot, stack } = tracked[i]!;
      const highest = slots[slot]!;
      if (highest !== highest) continue;
      // What peaked before the entry belongs to the calls around this one.
      stack.read(moment - 1, highest);
      stack.open(moment, slots[levelSlot]!);
    }
    // Nothing is called from here on.
    const { newest } = this;
    moments[position] = moment;
    this.older[position] = newest;
    this.newer[position] = NONE;
    if (newest !== NONE) this.newer[newest] = position;
    this.newest = position;
    this.count++;
  }

  /** Takes the last sample, which opens no window. To be called once for each: a sample begins its peaks anew. */
  note(): void {
    const { slots, tracked } = this;
    for (let i = 0; i < tracked.length; i++) {
      const { slot, stack } = tracked[i]!;
      stack.read(this.opened, slots[slot]!);
    }
  }

  /** Writes the highest values since a call was opened, in the order of the plan. */
  highest(position: number, values: Float64Array): void {
    const { moments, tracked } = this;
    const moment = moments[position]!;
    for (let i = 0; i < tracked.length; i++) values[i] = tracked[i]!.stack.since(moment);
  }

  /** Removes what only the windows of a call could ask for. */
  close(position: number): void {
    const { moments, tracked } = this;
    if (!this.isOpen(position)) return;
    const older = this.older[position]!;
    const newer = this.newer[position]!;
    moments[position] = NONE;
    if (older !== NONE) this.newer[older] = newer;
    if (newer !== NONE) this.older[newer] = older;
    else this.newest = older;
    this.count--;
    for (let i = 0; i < tracked.length; i++) {
      const { stack } = tracked[i]!;
      if (newer === NONE) stack.trim(older === NONE ? NONE : moments[older]!);
      else if (stack.length > 2 * this.count + PEAK_SLACK) stack.compact(this.openMoments());
    }
  }

  private isOpen(position: number): boolean {
    return position < this.moments.length && this.moments[position] !== NONE;
  }

  /** Entries of the largest stack. */
  entries(): number {
    return this.tracked.reduce((most, { stack }) => (stack.length > most ? stack.length : most), 0);
  }

  /** Rising. */
  private openMoments(): Iterable<number> {
    const moments = Array.from({ length: this.count }, () => NONE);
    let position = this.newest;
    for (let i = this.count - 1; i >= 0; i--) {
      moments[i] = this.moments[position]!;
      position = this.older[position]!;
    }
    return moments;
  }
}
