import type { Float64Array } from '../host/intrinsics.js';
import type { FoldPlan, PeakMetric } from './fold-plan.js';
import type { OpenCall } from './open-call.js';
import type { OpenCalls } from './open-calls.js';
import { PeakStack } from './peak-stack.js';

/** Peak entries tolerated per open call before those that no window can ask for are removed. */
const PEAK_SLACK = 32;

interface TrackedPeak extends PeakMetric {
  readonly stack: PeakStack;
}

/** The windows of all open calls: one stack for each peak metric of a plan. */
export class CallPeaks {
  /** In the order of the plan. */
  readonly tracked: readonly TrackedPeak[];

  /** @param slots the last sample */
  constructor(
    { peaks }: FoldPlan,
    private readonly slots: Float64Array,
  ) {
    this.tracked = peaks.map(({ slot, levelSlot, column }) => ({ slot, levelSlot, column, stack: new PeakStack() }));
  }

  /** Opens the windows of a call that was opened at `moment`, whose entry sample is the last. */
  open(moment: number): void {
    const { slots, tracked } = this;
    for (let i = 0; i < tracked.length; i++) {
      const { slot, levelSlot, stack } = tracked[i]!;
      const highest = slots[slot]!;
      if (highest !== highest) continue;
      // What peaked before the entry belongs to the calls around this one.
      stack.read(moment - 1, highest);
      stack.open(moment, slots[levelSlot]!);
    }
  }

  /** Takes the last sample, which opens no window. To be called once for each: a sample begins its peaks anew. */
  read(moment: number): void {
    const { slots, tracked } = this;
    for (let i = 0; i < tracked.length; i++) {
      const { slot, stack } = tracked[i]!;
      stack.read(moment, slots[slot]!);
    }
  }

  /** Removes what only the windows of a call that is about to close could ask for. */
  forget(call: OpenCall, calls: OpenCalls): void {
    const { tracked } = this;
    for (let i = 0; i < tracked.length; i++) {
      const { stack } = tracked[i]!;
      if (call.newer === null) stack.trim(call.older!.moment);
      else if (stack.length > 2 * calls.length + PEAK_SLACK) stack.compact(calls.moments());
    }
  }
}
