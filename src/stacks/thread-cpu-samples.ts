import { Array, Map } from '../host/intrinsics.js';
import type { StackProfile } from './stack-profile.js';
import { NO_STACK } from './stack-table.js';

/** Samples of the CPU of threads that run no JS. */
export interface ThreadCpuSamples {
  /** The CPU between two samples of one thread. */
  readonly periodNs: number;
  /** By name, more than one of which may be the same, with what their own clocks have shown. */
  readonly threads: readonly { readonly name: string; readonly cpuNs: number }[];
  readonly samples: readonly ThreadCpuSample[];
}

export interface ThreadCpuSample {
  /** Empty outside of any stage. */
  readonly label: string;
  /** In the profile. */
  readonly stack: number;
  /** The index in `threads`. */
  readonly thread: number;
  readonly count: number;
  /** What they stand for, in times of `periodNs`. */
  readonly periods: number;
}

/** The stage of work that nobody is known to have queued. */
const UNKNOWN_STAGE = '(unknown)';

/**
 * Adds samples to a profile. Those of the threads of one name are scaled to the CPU that their clocks have shown, and CPU
 * that no sample has met has a stack of its own.
 *
 * Used by the command line, and by a thread of the profiler's.
 */
export function addThreadCpu(profile: StackProfile, { periodNs, threads, samples }: ThreadCpuSamples): void {
  profile.measure('samples');
  profile.measure('cpu');
  const sums = new Map<string, { cpuNs: number; periods: number }>();
  const sumOf = (name: string) => {
    const sum = sums.get(name) ?? { cpuNs: 0, periods: 0 };
    sums.set(name, sum);
    return sum;
  };
  for (const { name, cpuNs } of threads) sumOf(name).cpuNs += cpuNs;
  for (const { thread, periods } of samples) sumOf(threads[thread]?.name ?? '').periods += periods;
  for (const { label, stack, thread, count, periods } of samples) {
    const name = threads[thread]?.name ?? '';
    const sum = sumOf(name);
    const row = profile.row(label, name, stack);
    profile.add(row, 'samples', count);
    profile.add(row, 'cpu', (periods / sum.periods) * (sum.cpuNs > 0 ? sum.cpuNs : sum.periods * periodNs));
  }
  for (const [name, { cpuNs, periods: met }] of Array.from(sums)) {
    if (met > 0 || cpuNs === 0) continue;
    const frame = profile.frames.intern({ kind: 'vm', name: '(not sampled)' });
    profile.add(profile.row(UNKNOWN_STAGE, name, profile.stacks.intern(NO_STACK, frame)), 'cpu', cpuNs);
  }
}
