import type { Float64Array } from '../host/intrinsics.js';
import type { FoldPlan, PeakMetric } from './fold-plan.js';
import type { OpenCall, OpenCalls } from './open-calls.js';
import { PeakStack } from './peak-stack.js';

/** Peak entries tolerated per open call before those that no window can ask for are removed. */
const PEAK_SLACK = 32;

/** The windows of all open calls: one stack for each peak metric of a plan, in its order. */
export class CallPeaks {
  readonly stacks: readonly PeakStack[];
  private readonly metrics: readonly PeakMetric[];

  /** @param slots the last sample */
  constructor(
    { peaks }: FoldPlan,
    private readonly slots: Float64Array,
  ) {
    this.metrics = peaks;
    this.stacks = peaks.map(() => new PeakStack());
  }

  /** Opens the windows of a call that was opened at `moment`, whose entry sample is the last. */
  open(moment: number): void {
    const { metrics, stacks, slots } = this;
    for (let i = 0; i < stacks.length; i++) {
      const { slot, levelSlot } = metrics[i]!;
      const highest = slots[slot]!;
      if (highest !== highest) continue;
      // What peaked before the entry belongs to the calls around this one.
      stacks[i]!.read(moment - 1, highest);
      stacks[i]!.open(moment, slots[levelSlot]!);
    }
  }

  /** Takes the last sample, which opens no window. To be called once for each: a sample begins its peaks anew. */
  read(moment: number): void {
    const { metrics, stacks, slots } = this;
    for (let i = 0; i < stacks.length; i++) stacks[i]!.read(moment, slots[metrics[i]!.slot]!);
  }

  /** Removes what only the windows of a call that is about to close could ask for. */
  forget(call: OpenCall, calls: OpenCalls): void {
    const { stacks } = this;
    for (let i = 0; i < stacks.length; i++) {
      const stack = stacks[i]!;
      if (call.newer === null) stack.trim(call.older!.moment);
      else if (stack.length > 2 * calls.length + PEAK_SLACK) stack.compact(calls.moments());
    }
  }
}
