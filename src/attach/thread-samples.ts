import { PROGRAM } from '../model/report.js';
import { CpuFold } from '../stacks/cpu-fold.js';
import type { SourcePositions } from '../stacks/source-positions.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { V8Frames } from '../stacks/v8-frames.js';
import { samplesOf, type V8Profile } from '../stacks/v8-profile.js';
import { enterStacks, stackAt } from '../stacks/v8-stacks.js';
import type { SamplingHeapProfile } from './js-allocations.js';
import type { JsThread } from './worker-looks.js';

/** What was sampled of a JS thread. */
export interface ThreadSamples {
  readonly thread: JsThread;
  readonly cpu: V8Profile | null;
  readonly heap: SamplingHeapProfile | null;
  /** CPU that the thread has used meanwhile; NaN where it is not known, as of worker threads. */
  readonly cpuNs: number;
}

/** Samples a second, as `run` takes. */
const HZ = 100;
const INTERVAL_US = 1e6 / HZ;
/** Bytes between two points of the sample of JS allocations, on average. */
const HEAP_RATE = 32 * 1024;

/** Begins to sample a thread. @param wantsCpu to begin with that stops the thread for a while */
export async function beginSampling({ post }: JsThread, wantsCpu: boolean): Promise<void> {
  await post('HeapProfiler.startSampling', { samplingInterval: HEAP_RATE });
  if (!wantsCpu) return;
  await post('Profiler.enable');
  await post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await post('Profiler.start');
}

/** Ends it, and hands over what was sampled. */
export async function endSampling(thread: JsThread, wantsCpu: boolean, cpuNs: number): Promise<ThreadSamples> {
  const { post } = thread;
  const { profile: cpu } = wantsCpu ? ((await post('Profiler.stop')) as { profile: V8Profile }) : { profile: null };
  if (wantsCpu) await post('Profiler.disable');
  const { profile: heap } = (await post('HeapProfiler.stopSampling')) as { profile: SamplingHeapProfile };
  return { thread, cpu, heap, cpuNs };
}

/** The CPU of all threads by stack; null where none was sampled. */
export function cpuStacks(samples: readonly ThreadSamples[], sources: SourcePositions): StackProfile | null {
  const fold = new CpuFold(1e9 / HZ);
  let isAny = false;
  for (const { thread, cpu, cpuNs } of samples) {
    if (cpu === null) continue;
    isAny = true;
    const frames = new V8Frames(fold.profile, sources);
    const nodes = enterStacks(cpu, frames);
    const lines = lineOf(cpu);
    for (const { node } of samplesOf(cpu)) {
      const entered = nodes.get(node);
      if (entered === undefined) continue;
      const stack = stackAt(entered, lines.get(node) ?? 0, frames);
      if (entered.isIdle) fold.addIdle(thread.name, stack);
      else fold.addSample(PROGRAM, thread.name, stack, 1);
    }
    if (!Number.isNaN(cpuNs)) fold.addExact(PROGRAM, thread.name, cpuNs);
  }
  return isAny ? fold.result() : null;
}

/** The line of a function that most samples have met. */
function lineOf({ nodes }: V8Profile): Map<number, number> {
  return new Map(
    nodes.map(({ id, positionTicks = [] }) => [
      id,
      positionTicks.reduce((most, one) => (one.ticks > most.ticks ? one : most), { line: 0, ticks: 0 }).line,
    ]),
  );
}
