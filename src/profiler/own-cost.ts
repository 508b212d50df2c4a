import type { Accounting } from '../accounting/accounting.js';
import { wallNs } from '../host/clock.js';
import { type Float64Array, Math, Number } from '../host/intrinsics.js';
import { slotIndex } from '../model/sample-layout.js';
import type { StageCost } from '../model/stage-cost.js';
import { countIndex } from '../store/state-memory.js';

const WALL = slotIndex.wall_ns;
const THREAD_CPU = slotIndex.thread_cpu_ns;
const { own_ns: TOTAL, own_inner_ns: INNER } = countIndex;

/** The share of the profiler's own time that measuring it may add. */
const SHARE = 0.02;
/** To measure one boundary takes three readings of the clock. */
const READINGS = 3;
/** The first boundaries are all measured: a program may have no more. */
const FIRST = 16;
const MOST_BETWEEN = 4096;
/** A share of all boundaries so far. Whoever reads the sums in a recorder misses no more than twice this share of them. */
const MOST_BETWEEN_SHARE = 1 / 16;

/**
 * By wall clock, a boundary that takes so many times the mean, and so long, was interrupted by another process. One such
 * stands for many boundaries, and would outweigh all others.
 */
const INTERRUPTED = 20;
const INTERRUPTED_NS = 5_000;

/**
 * What the profiler itself costs, measured at some of its boundaries: the openings and closings of calls, and the steps
 * between, where a promise is waited for. Each boundary that is measured stands for those since the one before. Which are
 * measured is random, so that openings and closings have their share.
 *
 * The clock is the thread's CPU time where samples have it, since what other processes take is no cost of the profiler.
 * Where only time is measured, that clock would cost more than the stage: it is the wall clock then.
 */
export class OwnCost {
  /** Boundaries up to the next that is measured. The profiler counts them down, and from zero on calls `start`. */
  left = 1;
  /** With what `left` began, and how many boundaries the one that is being measured stands for. */
  private between = 1;
  private weight = 1;
  private measured = 0;
  /** Over all boundaries up to the last that was measured. */
  private boundaries = 0;
  private readNs = 0;
  private excludedNs = 0;
  /** Of a xorshift generator: that of the program must not be disturbed. */
  private random = 0x9e3779b9;
  private readonly slot: number;
  private readonly slots: Float64Array;
  private readonly excluded: Float64Array;
  private readonly read: () => number;

  /**
   * @param counts where the sums are kept, by `COUNTS`
   * @param wall reads the clock of the slot `wall_ns`
   */
  constructor(
    { sampler, slots, excluded }: Pick<Accounting, 'sampler' | 'slots' | 'excluded'>,
    private readonly counts: Float64Array,
    wall = wallNs,
  ) {
    const hasCpu = !Number.isNaN(slots[THREAD_CPU]!) && !Number.isNaN(sampler.readThreadCpuNs());
    this.slot = hasCpu ? THREAD_CPU : WALL;
    this.read = hasCpu ? () => sampler.readThreadCpuNs() : wall;
    this.slots = slots;
    this.excluded = excluded;
  }

  /** Begins to measure a boundary. @returns what its end is to be called with; never 0 */
  start(): number {
    const next = this.nextBetween();
    const since = this.read() || 1;
    // Nothing is called from here on: out of stack, `start` is called again at the next boundary.
    this.weight = this.between - this.left;
    this.between = next;
    this.left = next;
    this.excludedNs = this.excluded[this.slot]!;
    return since;
  }

  /** A call has been opened: the step that `start` began is over. */
  opened(since: number): void {
    const now = this.read();
    this.add(since, now, now - this.sampledAt());
  }

  /** A call has been closed. */
  closed(since: number): void {
    const now = this.read();
    this.add(since, now, this.sampledAt() - since);
  }

  /** A promise is waited for: the call goes on. */
  waited(since: number): void {
    const now = this.read();
    this.add(since, now, now - since);
  }

  /** What a stage has cost on average, of so many that have been closed; null where nothing was measured. */
  perStage(closed: number): StageCost | null {
    if (closed === 0 || this.boundaries === 0) return null;
    // Those since the last that was measured cost what the others did.
    const share = 1 + (this.between - this.left) / this.boundaries;
    const { counts } = this;
    return { fullNs: (counts[TOTAL]! * share) / closed, innerNs: (counts[INNER]! * share) / closed };
  }

  /** What the clock showed at the sample of this boundary. Forced collections were taken out of it. */
  private sampledAt(): number {
    return this.slots[this.slot]! + this.excluded[this.slot]!;
  }

  private add(since: number, now: number, inner: number): void {
    const { weight, counts } = this;
    const readNs = this.read() - now;
    const collectionNs = this.excluded[this.slot]! - this.excludedNs;
    // Between two readings lies the time of one.
    let costNs = now - since - readNs - collectionNs;
    let innerNs = inner - readNs / 2;
    if (this.slot === WALL && this.measured > 0) {
      const meanNs = counts[TOTAL]! / this.boundaries;
      if (costNs > INTERRUPTED_NS && costNs > INTERRUPTED * meanNs) {
        costNs = meanNs;
        innerNs = counts[INNER]! / this.boundaries;
      }
    }
    if (!(costNs > 0)) costNs = 0;
    if (!(innerNs > 0)) innerNs = 0;
    this.measured++;
    this.boundaries += weight;
    counts[TOTAL]! += weight * costNs;
    counts[INNER]! += weight * (innerNs < costNs ? innerNs : costNs);
    this.readNs += (readNs - this.readNs) / this.measured;
  }

  private nextBetween(): number {
    if (this.measured < FIRST) return 1;
    const meanNs = this.counts[TOTAL]! / this.boundaries;
    const wanted = (READINGS * this.readNs) / (SHARE * meanNs);
    // Not a number where no clock has moved so far.
    const mean = Math.max(
      1,
      Math.min(Number.isNaN(wanted) ? MOST_BETWEEN : wanted, MOST_BETWEEN, MOST_BETWEEN_SHARE * this.boundaries),
    );
    let { random } = this;
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    this.random = random;
    return 1 + ((((random >>> 0) / 2 ** 32) * 2 * (mean - 1) + 0.5) | 0);
  }
}
