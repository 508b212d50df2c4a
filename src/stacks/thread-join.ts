import type { CpuFold } from './cpu-fold.js';
import type { SourcePositions } from './source-positions.js';
import { OUTSIDE_ID, RingReader, type StageRing } from './stage-ring.js';
import { samplesOf, type V8Profile } from './v8-profile.js';
import { type NodeStacks, stacksOf } from './v8-stacks.js';

/** A moment at which the CPU of the thread was read. */
interface Point {
  readonly timeUs: number;
  /** What runs from then on. */
  readonly stage: number;
  readonly cpuUs: number;
  /** How long the thread has waited for a CPU so far; NaN where that was not read. */
  readonly delayUs: number;
}

/** Counters of a thread as the kernel shows them to other threads, some milliseconds late. */
export interface CpuReading {
  readonly timeUs: number;
  readonly cpuUs: number;
  readonly delayUs: number;
}

/** Shorter windows would show how late the counters are, not what the thread does. */
const SHORTEST_WINDOW_US = 50_000;

/** The least weight of a sample: a stage whose samples all came while it waited still has its CPU spread over them. */
const LEAST_WEIGHT = 0.001;

/** Samples that are closer together than this part of the period are one. */
const LEAST_PERIOD = 0.25;

/** A thread that has used less of a window than this, and did not wait for a CPU, was waiting for something else. */
const WAITING_BELOW = 0.25;

/**
 * Joins the samples of one thread with the log of which stage ran on it when.
 *
 * Used by the sampling thread only.
 */
export class ThreadJoin {
  private reader: RingReader | null = null;
  /** In the order of time. The first says what ran at the end of the last chunk. */
  private points: Point[] = [];
  private charged: Point | null = null;
  private lastUs = 0;

  constructor(
    private readonly fold: CpuFold,
    private readonly sources: SourcePositions,
    private readonly labels: readonly string[],
    readonly thread: string,
    private readonly periodUs: number,
  ) {}

  /** From now on the log of the thread is in this ring. */
  follow(ring: StageRing): void {
    this.reader = new RingReader(ring);
  }

  get isFollowing(): boolean {
    return this.reader !== null;
  }

  /** Entries of the log that came too fast. Samples meanwhile may have the wrong stage. */
  get lost(): number {
    return this.reader?.lost ?? 0;
  }

  /** @param readings since the last chunk */
  addChunk(profile: V8Profile, readings: readonly CpuReading[]): void {
    this.drain(readings);
    const { points } = this;
    const stacks = stacksOf(profile, this.fold.profile, this.sources);
    const samples = samplesOf(profile).filter(({ timeUs, node }) => this.counts(timeUs) && !stacks.isOwn(node));
    const lines = new LineChoice(stacks);
    const windows = windowsOf(points, samples, stacks);
    let point = 0;
    let window = 0;
    for (const { timeUs, node } of samples) {
      while (point + 1 < points.length && points[point + 1]!.timeUs <= timeUs) point++;
      while (window + 1 < windows.length && windows[window]!.endUs <= timeUs) window++;
      const stack = stacks.stack(node, lines.next(node));
      if (stacks.isIdle(node)) {
        this.fold.addIdle(this.thread, stack);
        continue;
      }
      const at = points[point];
      const stage = at === undefined || at.timeUs > timeUs ? OUTSIDE_ID : at.stage;
      const { weight, isWaiting } = windows[window] ?? WHOLE;
      const shown = isWaiting ? this.waiting(stack) : stack;
      this.fold.addSample(this.labels[stage] ?? '', this.thread, shown, weight);
    }
    // What is after the end of this profile belongs to the next.
    const next = points.findIndex(({ timeUs }) => timeUs > profile.endTime);
    if (next !== -1) points.splice(0, Math.max(0, next - 1));
    else points.splice(0, points.length - 1);
  }

  /** A thread that samples and was held up takes what it has missed all at once. One of these is enough. */
  private counts(timeUs: number): boolean {
    if (timeUs - this.lastUs < LEAST_PERIOD * this.periodUs) return false;
    this.lastUs = timeUs;
    return true;
  }

  private waiting(stack: number): number {
    const { frames, stacks } = this.fold.profile;
    return stacks.intern(stack, frames.intern({ kind: 'vm', name: '(waiting)' }));
  }

  /** Takes what is new in the log, and charges the CPU of the slices between two entries to their stages. */
  private drain(readings: readonly CpuReading[]): void {
    const added: Point[] = [];
    this.reader?.drain((timeUs, stage, cpuUs) => added.push({ timeUs, stage, cpuUs, delayUs: Number.NaN }));
    for (const reading of readings) added.push({ ...reading, stage: -1 });
    added.sort((a, b) => a.timeUs - b.timeUs);
    for (const point of added) {
      const before = this.charged;
      const stage = point.stage === -1 ? (before?.stage ?? OUTSIDE_ID) : point.stage;
      const cpuUs = Math.max(point.cpuUs, before?.cpuUs ?? 0);
      const whole = { ...point, stage, cpuUs };
      if (before !== null)
        this.fold.addExact(this.labels[before.stage] ?? '', this.thread, (cpuUs - before.cpuUs) * 1000);
      this.charged = whole;
      this.points.push(whole);
    }
  }
}

/** What part of its time a thread was on a CPU, and whether it waited. */
interface Window {
  readonly endUs: number;
  readonly weight: number;
  readonly isWaiting: boolean;
}

const WHOLE: Window = { endUs: Number.POSITIVE_INFINITY, weight: 1, isWaiting: false };

function windowsOf(
  points: readonly Point[],
  samples: readonly { readonly timeUs: number; readonly node: number }[],
  stacks: NodeStacks,
): Window[] {
  const read = points.filter(({ cpuUs }) => !Number.isNaN(cpuUs));
  const windows: Window[] = [];
  let next = 0;
  let from = read[0];
  for (const [index, to] of read.entries()) {
    if (from === undefined || index === 0) continue;
    if (to.timeUs - from.timeUs < SHORTEST_WINDOW_US && index + 1 < read.length) continue;
    let all = 0;
    let busy = 0;
    for (; next < samples.length && samples[next]!.timeUs < to.timeUs; next++) {
      if (samples[next]!.timeUs < from.timeUs) continue;
      all++;
      if (!stacks.isIdle(samples[next]!.node)) busy++;
    }
    const wallUs = to.timeUs - from.timeUs;
    const busyUs = all === 0 ? wallUs : (wallUs * busy) / all;
    const part = busyUs > 0 ? (to.cpuUs - from.cpuUs) / busyUs : 1;
    const delayUs = to.delayUs - from.delayUs;
    const isLong = wallUs >= SHORTEST_WINDOW_US / 2;
    windows.push({
      endUs: to.timeUs,
      weight: Math.min(1, Math.max(LEAST_WEIGHT, part)),
      isWaiting: isLong && busy === all && part + delayUs / wallUs < WAITING_BELOW,
    });
    from = to;
  }
  return windows;
}

/** V8 tells how often each line was met, not by which sample: the lines of a function are shared out in turn. */
class LineChoice {
  private readonly queues = new Map<number, number[]>();

  constructor(private readonly stacks: NodeStacks) {}

  next(node: number): number {
    let queue = this.queues.get(node);
    if (queue === undefined) {
      queue = [...this.stacks.lines(node)];
      this.queues.set(node, queue);
    }
    return queue.shift() ?? 0;
  }
}
