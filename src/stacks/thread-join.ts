import type { CpuFold } from './cpu-fold.js';
import type { SourcePositions } from './source-positions.js';
import { OUTSIDE_ID } from './stage-ring.js';
import { ThreadLog } from './thread-log.js';
import { V8Frames } from './v8-frames.js';
import { samplesOf, type V8Profile, type V8Sample } from './v8-profile.js';
import { type EnteredNode, enterStacks, stackAt } from './v8-stacks.js';

/** Shorter windows would show how late the counters are, not what the thread does. */
const SHORTEST_WINDOW_US = 50_000;

/** The least weight of a sample: a stage whose samples all came while it waited still has its CPU spread over them. */
const LEAST_WEIGHT = 0.001;

/** Samples that are closer together than this part of the period are one. */
const LEAST_PERIOD = 0.25;

/** A thread that has used less of a window than this, and did not wait for a CPU, was waiting for something else. */
const WAITING_BELOW = 0.25;

/** The labels of the stages of one thread, by the numbers in its log. */
export interface ToldLabels {
  readonly byId: readonly string[];
  /** Takes those that were told and not taken yet. A thread tells a label before it writes its number down. */
  takeTold(): void;
}

/**
 * Joins the samples of one thread with the log of which stage ran on it when.
 *
 * Used by the sampling thread only.
 */
export class ThreadJoin {
  readonly log = new ThreadLog();
  private readonly frames: V8Frames;
  private lastUs = 0;

  constructor(
    private readonly fold: CpuFold,
    sources: SourcePositions,
    private readonly labels: ToldLabels,
    readonly thread: string,
    private readonly periodUs: number,
  ) {
    this.frames = new V8Frames(fold.profile, sources);
  }

  /** Joins the samples of a profile with the log up to now. */
  addChunk(profile: V8Profile): void {
    const { log, frames, fold, thread, labels } = this;
    log.take(null);
    // After the log was read: of what is in it, every label is told by now.
    labels.takeTold();
    log.settle((stage, cpuUs) => fold.addExact(labels.byId[stage] ?? '', thread, cpuUs * 1000));
    const nodes = enterStacks(profile, frames);
    const samples = this.counted(profile, nodes);
    const windows = windowsOf(log, samples);
    let point = -1;
    let window = 0;
    for (const { timeUs, entered, line } of samples) {
      while (point + 1 < log.timeUs.length && log.timeUs[point + 1]! <= timeUs) point++;
      while (window + 1 < windows.length && windows[window]!.endUs <= timeUs) window++;
      const stack = stackAt(entered, line, frames);
      if (entered.isIdle) {
        fold.addIdle(thread, stack);
        continue;
      }
      const stage = log.stage[point] ?? OUTSIDE_ID;
      const { weight, isWaiting } = windows[window] ?? WHOLE;
      fold.addSample(labels.byId[stage] ?? '', thread, isWaiting ? this.waiting(stack) : stack, weight);
    }
    // What is after the end of this profile belongs to the next.
    log.forgetBefore(profile.endTime);
  }

  /** The samples that count. */
  private counted(profile: V8Profile, nodes: ReadonlyMap<number, EnteredNode>): Sample[] {
    const lines = new LineChoice();
    const counted: Sample[] = [];
    for (const { timeUs, node } of samplesOf(profile)) {
      const entered = nodes.get(node);
      if (entered === undefined || !this.isApart(timeUs) || entered.isRotation) continue;
      counted.push({ timeUs, entered, line: lines.next(entered) });
    }
    return counted;
  }

  /** A thread that samples and was held up takes what it has missed all at once. One of these is enough. */
  private isApart(timeUs: number): boolean {
    if (timeUs - this.lastUs < LEAST_PERIOD * this.periodUs) return false;
    this.lastUs = timeUs;
    return true;
  }

  private waiting(stack: number): number {
    const { frames, stacks } = this.fold.profile;
    return stacks.intern(stack, frames.intern({ kind: 'vm', name: '(waiting)' }));
  }
}

interface Sample {
  readonly timeUs: V8Sample['timeUs'];
  readonly entered: EnteredNode;
  /** Where its innermost function executes; 0 if that is not known. */
  readonly line: number;
}

/** What part of its time a thread was on a CPU, and whether it waited. */
interface Window {
  readonly endUs: number;
  readonly weight: number;
  readonly isWaiting: boolean;
}

const WHOLE: Window = { endUs: Number.POSITIVE_INFINITY, weight: 1, isWaiting: false };

/** A window reaches from one point with a reading to another. */
function windowsOf({ timeUs, cpuUs, delayUs }: ThreadLog, samples: readonly Sample[]): Window[] {
  const read = [...timeUs.keys()].filter((index) => !Number.isNaN(cpuUs[index]!));
  const windows: Window[] = [];
  let next = 0;
  let from = read[0] ?? 0;
  for (const [index, to] of read.entries()) {
    const fromUs = timeUs[from]!;
    const toUs = timeUs[to]!;
    const wallUs = toUs - fromUs;
    if (index === 0 || (wallUs < SHORTEST_WINDOW_US && index + 1 < read.length)) continue;
    let all = 0;
    let busy = 0;
    for (; next < samples.length && samples[next]!.timeUs < toUs; next++) {
      if (samples[next]!.timeUs < fromUs) continue;
      all++;
      if (!samples[next]!.entered.isIdle) busy++;
    }
    const busyUs = all === 0 ? wallUs : (wallUs * busy) / all;
    const part = busyUs > 0 ? (cpuUs[to]! - cpuUs[from]!) / busyUs : 1;
    const delayedUs = delayUs[to]! - delayUs[from]!;
    const isLong = wallUs >= SHORTEST_WINDOW_US / 2;
    windows.push({
      endUs: toUs,
      weight: Math.min(1, Math.max(LEAST_WEIGHT, part)),
      isWaiting: isLong && busy === all && part + delayedUs / wallUs < WAITING_BELOW,
    });
    from = to;
  }
  return windows;
}

/** V8 tells how often each line was met, not by which sample: the lines of a function are shared out in turn. */
class LineChoice {
  private readonly queues = new Map<EnteredNode, number[]>();

  next(entered: EnteredNode): number {
    const { positionTicks } = entered.node;
    if (positionTicks === undefined || positionTicks.length === 0) return 0;
    let queue = this.queues.get(entered);
    if (queue === undefined) {
      queue = positionTicks.flatMap(({ line, ticks }) => Array<number>(ticks).fill(line));
      this.queues.set(entered, queue);
    }
    return queue.shift() ?? 0;
  }
}
