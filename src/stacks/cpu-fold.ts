import { StackProfile } from './stack-profile.js';
import { NO_STACK } from './stack-table.js';

/** A stage on a thread. */
interface StageSum {
  readonly stage: string;
  readonly thread: string;
  readonly rows: number[];
  /** Of all its samples. */
  weight: number;
  /** CPU by the thread's own clock; NaN where it was not read. */
  exactNs: number;
}

/**
 * Samples of CPU by stage, thread and stack. A sample counts once, and weighs what part of its time the thread was on a
 * CPU. The weights of a stage are scaled so that they add up to the CPU that the thread's clock has shown for it.
 *
 * Used by the sampling thread only.
 */
export class CpuFold {
  readonly profile = new StackProfile();
  private readonly sums = new Map<string, StageSum>();
  private readonly weights: number[] = [];
  samples = 0;

  /** @param periodNs the time between two samples, for stages whose CPU no clock has shown */
  constructor(private readonly periodNs: number) {
    this.profile.measure('samples');
    this.profile.measure('cpu');
  }

  addSample(stage: string, thread: string, stack: number, weight: number): void {
    const { profile } = this;
    const row = profile.row(stage, thread, stack);
    profile.add(row, 'samples', 1);
    if (this.weights[row] === undefined) {
      this.weights[row] = 0;
      this.sum(stage, thread).rows.push(row);
    }
    this.weights[row]! += weight;
    this.sum(stage, thread).weight += weight;
    this.samples++;
  }

  addIdle(thread: string, stack: number): void {
    this.profile.add(this.profile.row('', thread, stack), 'samples', 1);
  }

  /** @param cpuNs NaN where it was not read: nothing is then known of the stage */
  addExact(stage: string, thread: string, cpuNs: number): void {
    this.sum(stage, thread).exactNs += cpuNs;
  }

  /** The profile so far, with the CPU of each row. */
  result(): StackProfile {
    const { profile } = this;
    for (const sum of this.sums.values()) {
      const isKnown = sum.exactNs > 0;
      const total = isKnown ? sum.exactNs : sum.weight * this.periodNs;
      for (const row of sum.rows) {
        profile.set(row, 'cpu', sum.weight > 0 ? (this.weights[row]! / sum.weight) * total : 0);
      }
      this.setUnsampled(sum, sum.weight > 0 ? 0 : total);
    }
    return profile;
  }

  /** CPU that no sample has met has a stack of its own, so that the rows add up to what the clock has shown. */
  private setUnsampled({ stage, thread }: StageSum, cpuNs: number): void {
    const { profile } = this;
    const frame = profile.frames.intern({ kind: 'vm', name: '(not sampled)' });
    const stack = profile.stacks.intern(NO_STACK, frame);
    const stageId = profile.strings.intern(stage);
    const threadId = profile.strings.intern(thread);
    if (cpuNs > 0) profile.set(profile.row(stage, thread, stack), 'cpu', cpuNs);
    else {
      const row = profile.rows.find(stageId, threadId, stack);
      if (row !== 0) profile.set(row, 'cpu', 0);
    }
  }

  private sum(stage: string, thread: string): StageSum {
    const key = `${thread}\0${stage}`;
    let sum = this.sums.get(key);
    if (sum === undefined) {
      sum = { stage, thread, rows: [], weight: 0, exactNs: 0 };
      this.sums.set(key, sum);
    }
    return sum;
  }
}
