import { describe, expect, test } from 'vitest';
import { StackProfile } from '../../src/stacks/stack-profile.js';
import { NO_STACK } from '../../src/stacks/stack-table.js';
import { addThreadCpu, type ThreadCpuSamples } from '../../src/stacks/thread-cpu-samples.js';

const PERIOD_NS = 10e6;

interface Told {
  readonly at: string;
  readonly samples: number;
  readonly cpuMs: number;
}

/** @param samples label, index of the thread, name of the function, samples, periods */
function told(
  threads: ThreadCpuSamples['threads'],
  samples: readonly (readonly [string, number, string, number, number])[],
): Told[] {
  const profile = new StackProfile();
  const stackOf = (name: string) =>
    profile.stacks.intern(NO_STACK, profile.frames.intern({ kind: 'native', name, module: '/m.so' }));
  addThreadCpu(profile, {
    periodNs: PERIOD_NS,
    threads,
    samples: samples.map(([label, thread, name, count, periods]) => ({
      label,
      thread,
      stack: stackOf(name),
      count,
      periods,
    })),
  });
  const { rows, strings, stacks, frames } = profile;
  return Array.from({ length: rows.length }, (_, index) => {
    const row = index + 1;
    const name = frames.get(stacks.frame(rows.stack(row))).name;
    return {
      at: `${strings.get(rows.stage(row))} ${strings.get(rows.thread(row))} ${name}`,
      samples: profile.value(row, 'samples'),
      cpuMs: profile.value(row, 'cpu') / 1e6,
    };
  });
}

describe('samples of threads', () => {
  test('are scaled to the clocks of the threads of their name, by what they stand for', () => {
    const threads = [
      { name: 'pool', cpuNs: 100e6 },
      { name: 'pool', cpuNs: 100e6 },
      { name: 'other', cpuNs: 30e6 },
    ];
    const samples = [
      ['a', 0, 'f', 1, 1],
      ['a', 1, 'f', 2, 2],
      // A signal that came late.
      ['b', 0, 'g', 2, 5],
      ['b', 2, 'g', 1, 1],
    ] as const;
    expect(told(threads, samples)).toEqual([
      { at: 'a pool f', samples: 3, cpuMs: 75 },
      { at: 'b pool g', samples: 2, cpuMs: 125 },
      { at: 'b other g', samples: 1, cpuMs: 30 },
    ]);
  });

  test('stand for their periods where no clock was read', () => {
    expect(told([{ name: 'pool', cpuNs: 0 }], [['a', 0, 'f', 2, 3]])).toEqual([
      { at: 'a pool f', samples: 2, cpuMs: 30 },
    ]);
  });

  test('leave what none of them has met in no stage', () => {
    const threads = [
      { name: 'deaf', cpuNs: 50e6 },
      { name: 'idle', cpuNs: 0 },
    ];
    expect(told(threads, [])).toEqual([{ at: '(unknown) deaf (not sampled)', samples: 0, cpuMs: 50 }]);
  });
});
