import { OUTSIDE_ID, RingReader, type StageRing } from './stage-ring.js';

/** Counters of a thread as the kernel shows them to other threads, some milliseconds late. */
export interface CpuReading {
  readonly timeUs: number;
  readonly cpuUs: number;
  /** How long the thread has waited for a CPU so far. */
  readonly delayUs: number;
}

/** The profile is taken early where this many points wait for it. Each takes 32 bytes. */
const MOST_KEPT = 2 ** 17;

/**
 * Which stage ran on one thread when, and how much CPU the thread had used by then: points in the order of time, from its
 * ring and from readings.
 *
 * Used by the sampling thread only.
 */
export class ThreadLog {
  readonly timeUs: number[] = [];
  /** What runs from then on. */
  readonly stage: number[] = [];
  readonly cpuUs: number[] = [];
  /** NaN where it was not read. */
  readonly delayUs: number[] = [];
  private reader: RingReader | null = null;
  /** CPU of the slices between two points, by stage. NaN where it was not read. */
  private charged: number[] = [];
  private lastStage = OUTSIDE_ID;
  private lastCpuUs: number | null = null;

  /** From now on the log of the thread is in this ring. */
  follow(ring: StageRing): void {
    this.reader = new RingReader(ring);
  }

  get isFollowing(): boolean {
    return this.reader !== null;
  }

  get isFull(): boolean {
    return this.timeUs.length >= MOST_KEPT;
  }

  /** Entries that came too fast. */
  get lost(): number {
    return this.reader?.lost ?? 0;
  }

  /** Takes what is new in the ring. @param reading null where none was made now */
  take(reading: CpuReading | null): void {
    let waiting = reading;
    this.reader?.drain((timeUs, stage, cpuUs) => {
      // Entries may be written between the reading and now.
      if (waiting !== null && waiting.timeUs < timeUs) {
        this.add(waiting.timeUs, this.lastStage, waiting.cpuUs, waiting.delayUs);
        waiting = null;
      }
      this.add(timeUs, stage, cpuUs, Number.NaN);
    });
    if (waiting !== null) this.add(waiting.timeUs, this.lastStage, waiting.cpuUs, waiting.delayUs);
  }

  /** The CPU of each stage since the last call. */
  settle(charge: (stage: number, cpuUs: number) => void): void {
    for (const [stage, cpuUs] of this.charged.entries()) if (cpuUs !== 0) charge(stage, cpuUs);
    this.charged.fill(0);
  }

  /** Forgets what was before a time, but for the point that says what ran then. */
  forgetBefore(timeUs: number): void {
    const next = this.timeUs.findIndex((at) => at > timeUs);
    const gone = Math.max(0, (next === -1 ? this.timeUs.length : next) - 1);
    for (const column of [this.timeUs, this.stage, this.cpuUs, this.delayUs]) column.splice(0, gone);
  }

  private add(timeUs: number, stage: number, cpuUs: number, delayUs: number): void {
    // A reading by the kernel may be behind the clock of the thread itself.
    const known = this.lastCpuUs === null ? cpuUs : Math.max(cpuUs, this.lastCpuUs);
    if (this.lastCpuUs !== null) {
      while (this.charged.length <= this.lastStage) this.charged.push(0);
      this.charged[this.lastStage]! += known - this.lastCpuUs;
    }
    this.lastStage = stage;
    this.lastCpuUs = known;
    this.timeUs.push(timeUs);
    this.stage.push(stage);
    this.cpuUs.push(known);
    this.delayUs.push(delayUs);
  }
}
