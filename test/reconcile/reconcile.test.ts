import { describe, expect, test } from 'vitest';
import type { QuantityName } from '../../src/render/reconciled-amounts.js';
import { inside, reconciled, run, type Scene, START_MS, step } from '../support/reconcile-fixture.js';

const KILLED = { endedMs: null, updatedMs: START_MS + 95_000, wallS: 94.5 };

test('numbers within the tolerance agree, and need no reason', () => {
  for (const what of ['wall', 'cpu', 'rss peak'] as const) {
    expect(reconciled(what)).toMatchObject({ verdict: 'agrees', reasons: [] });
  }
  expect(reconciled('cpu')).toMatchObject({ sacct: 50, profiler: 49.5, inside: 48.7, difference: 0.5, percent: 1 });
});

test('the tolerance is a share of the number of sacct, in both directions', () => {
  const differing = (cpuS: number) => reconciled('cpu', { profiled: { runs: [run({ cpuS })] } }).verdict;
  expect([47.5, 52.5].map(differing)).toEqual(['agrees', 'agrees']);
  expect([47.4, 52.6].map(differing)).toEqual(['unexplained', 'unexplained']);
  expect(reconciled('cpu', { tolerancePercent: 0.5 }).verdict).toBe('unexplained');
});

/** Each reason, with numbers that show it; `stale` has numbers that are as far apart and do not show it. */
const REASONS: [reason: RegExp, what: QuantityName, scene: Scene, stale: Scene][] = [
  [
    /^sacct counts whole seconds$/,
    'wall',
    {
      steps: [step({ elapsedS: 3, endMs: START_MS + 3000 })],
      profiled: { runs: [run({ wallS: 2.1, updatedMs: START_MS + 2600, endedMs: START_MS + 2600 })] },
    },
    { steps: [step({ startMs: null })], profiled: { runs: [run({ wallS: 90 })] } },
  ],
  [
    /^10\.0 s before stageprof started and 20\.0 s after it ended$/,
    'wall',
    { profiled: { runs: [run({ startedMs: START_MS + 10_000, endedMs: START_MS + 80_000, wallS: 70 })] } },
    { profiled: { runs: [run({ startedMs: START_MS + 1000, endedMs: START_MS + 99_000, wallS: 70 })] } },
  ],
  [
    /^500 ms before stageprof started and 30\.0 s after its last account, killed$/,
    'wall',
    { state: 'TIMEOUT', profiled: { runs: [run({ ...KILLED, updatedMs: START_MS + 70_000, wallS: 69.5 })] } },
    { state: 'TIMEOUT', profiled: { runs: [run({ ...KILLED, updatedMs: START_MS + 99_000, wallS: 69.5 })] } },
  ],
  [
    /^outlived its step by 4\.00 s, whose shell was ended first: start it with exec or srun$/,
    'wall',
    {
      steps: [step({ elapsedS: 60, endMs: START_MS + 60_000 })],
      profiled: { runs: [run({ endedMs: START_MS + 65_000, wallS: 64.5 })] },
    },
    {
      steps: [step({ elapsedS: 60, endMs: null })],
      profiled: { runs: [run({ endedMs: START_MS + 65_000, wallS: 64.5 })] },
    },
  ],
  [
    /^killed: the profiler has no more than its last account/,
    'cpu',
    { state: 'OUT_OF_MEMORY', profiled: { runs: [run({ ...KILLED, cpuS: 45 })] } },
    { state: 'COMPLETED', profiled: { runs: [run({ cpuS: 45 })] } },
  ],
  [
    /^the shell of the batch script$/,
    'cpu',
    { steps: [step({ cpuS: 0.5 })], profiled: { runs: [run({ cpuS: 0.46 })] } },
    { steps: [step({ step: '0', cpuS: 0.5 })], profiled: { runs: [run({ cpuS: 0.46 })] } },
  ],
  [
    /^start and end of 3 node processes, outside of inputs$/,
    'cpu',
    { steps: [step({ cpuS: 10 })], profiled: { runs: [], inside: inside({ cpuS: 8.4, processes: 2 }) } },
    { steps: [step({ cpuS: 10 })], profiled: { runs: [], inside: inside({ cpuS: 7.4, processes: 2 }) } },
  ],
  [
    /^killed: sacct has only its last sample of processes that nobody waited for, samples are 10\.0 s apart$/,
    'cpu',
    { state: 'CANCELLED by 0', steps: [step({ cpuS: 31 })], gathering: { intervalS: 10 } },
    { state: 'CANCELLED by 0', steps: [step({ cpuS: 29 })], gathering: { intervalS: 10 } },
  ],
  [
    /^stageprof map itself, beside the process that works on inputs$/,
    'rss peak',
    { profiled: { runs: [] } },
    { steps: [step({ maxRssKib: 500_000 })], profiled: { runs: [] } },
  ],
  [
    /^the shell of the batch script$/,
    'rss peak',
    { steps: [step({ maxRssKib: 40_000 })], profiled: { runs: [run({ treePeakKib: 37_000, ownPeakKib: null })] } },
    {
      steps: [step({ maxRssKib: 40_000, step: '0' })],
      profiled: { runs: [run({ treePeakKib: 37_000, ownPeakKib: null })] },
    },
  ],
  [
    /^a spike between the profiler's samples of the sum, one a second: one worker alone had 352 MiB$/,
    'rss peak',
    { steps: [step({ maxRssKib: 420_000 })], profiled: { runs: [run({ workerPeakKib: 360_000 })] } },
    { steps: [step({ maxRssKib: 440_000 })], profiled: { runs: [run({ workerPeakKib: 360_000 })] } },
  ],
  [
    /^growth after the profiler's last sample: it took 1\.50 s, samples are one a second$/,
    'rss peak',
    { steps: [step({ step: '0', maxRssKib: 340_000 })], profiled: { runs: [run({ wallS: 1.5 })] } },
    { steps: [step({ step: '0', maxRssKib: 340_000 })], profiled: { runs: [run({ wallS: 30 })] } },
  ],
  [
    /^killed: growth after its last account, written every 5 s$/,
    'rss peak',
    { steps: [step({ step: '0', maxRssKib: 340_000 })], profiled: { runs: [run({ ...KILLED, wallS: 40 })] } },
    { steps: [step({ step: '0', maxRssKib: 360_000 })], profiled: { runs: [run({ ...KILLED, wallS: 40 })] } },
  ],
  [
    /^other processes of the step, which used 20\.4 s of CPU$/,
    'rss peak',
    { steps: [step({ cpuS: 70, maxRssKib: 900_000 })] },
    { steps: [step({ cpuS: 51, maxRssKib: 900_000 })] },
  ],
  [
    /^children of the pipeline: 28\.3 s of CPU were outside of the processes of inputs$/,
    'rss peak',
    { steps: [step({ maxRssKib: 900_000 })], profiled: { inside: inside({ cpuS: 20 }) } },
    { steps: [step({ maxRssKib: 900_000 })], profiled: { inside: inside({ cpuS: 47 }) } },
  ],
  [
    /^jobacct_gather\/cgroup counts page cache and kernel memory too/,
    'rss peak',
    { steps: [step({ maxRssKib: 900_000 })], gathering: { plugin: 'cgroup' } },
    { steps: [step({ maxRssKib: 900_000 })], gathering: { plugin: null } },
  ],
  [
    /^a spike between Slurm's samples, 1\.00 s apart: 97\.7 MiB of the peak did not stay$/,
    'rss peak',
    { steps: [step({ maxRssKib: 210_000 })], profiled: { inside: inside({ levelAfterPeakKib: 135_000 }) } },
    { steps: [step({ maxRssKib: 190_000 })], profiled: { inside: inside({ levelAfterPeakKib: 135_000 }) } },
  ],
  [
    /^growth after Slurm's last sample: inputs were at work for 44\.0 s, samples are 30\.0 s apart$/,
    'rss peak',
    {
      steps: [step({ maxRssKib: 100_000, elapsedS: 45 })],
      profiled: { runs: [run({ wallS: 44 })] },
      gathering: { intervalS: null },
    },
    { steps: [step({ maxRssKib: 100_000, elapsedS: 100 })], gathering: { intervalS: null } },
  ],
  [
    /^growth after Slurm's last sample: inputs were at work for 50\.0 s, samples are 30\.0 s apart$/,
    'rss peak',
    {
      steps: [step({ maxRssKib: 100_000 })],
      profiled: { inside: inside({ wallS: 50 }) },
      gathering: { intervalS: null },
    },
    {
      steps: [step({ maxRssKib: 100_000 })],
      profiled: { inside: inside({ wallS: 90 }) },
      gathering: { intervalS: null },
    },
  ],
  [
    /^Slurm counts shared pages in parts \(UsePss\)$/,
    'rss peak',
    { steps: [step({ maxRssKib: 200_000 })], gathering: { params: 'UsePss' } },
    { steps: [step({ maxRssKib: 200_000 })], gathering: { params: 'OverMemoryKill' } },
  ],
];

describe.each(REASONS)('the reason %s of %s', (reason, what, scene, stale) => {
  test('is given where the numbers show it', () => {
    const found = reconciled(what, scene);
    expect(found).toMatchObject({ verdict: 'explained', reasons: [expect.stringMatching(reason)] });
    // Otherwise there would be nothing to explain.
    expect(Math.abs(found.percent!)).toBeGreaterThan(5);
  });

  test('explains nothing where they do not', () => {
    const found = reconciled(what, stale);
    expect(found.verdict).toBe('unexplained');
    expect(found.reasons.at(-1)).toMatch(/^not explained: /);
  });
});

test('several reasons cover a difference together', () => {
  const profiled = { runs: [run({ workerPeakKib: 240_000, treePeakKib: 304_000 })] };
  const { verdict, reasons } = reconciled('rss peak', {
    steps: [step({ maxRssKib: 314_000 })],
    profiled,
    tolerancePercent: 1,
  });
  expect(verdict).toBe('explained');
  expect(reasons).toHaveLength(2);
  expect(reconciled('rss peak', { steps: [step({ maxRssKib: 324_000 })], profiled }).verdict).toBe('unexplained');
});

test('a run that outlived its step used CPU and memory that Slurm did not count', () => {
  const killed = step({ state: 'CANCELLED', elapsedS: 60, endMs: START_MS + 60_000, cpuS: 25, maxRssKib: 200_000 });
  const outlived = {
    steps: [killed],
    profiled: { runs: [run({ endedMs: START_MS + 65_000, wallS: 64.5, cpuS: 31 })] },
  };
  for (const what of ['cpu', 'rss peak'] as const) {
    expect(reconciled(what, outlived)).toMatchObject({
      verdict: 'explained',
      reasons: [expect.stringMatching(/^outlived/)],
    });
  }
  const longer = { ...outlived, profiled: { runs: [run({ endedMs: START_MS + 65_000, wallS: 64.5, cpuS: 40 })] } };
  expect(reconciled('cpu', longer).verdict).toBe('unexplained');
});

describe('nothing is compared', () => {
  test('while the task runs', () => {
    expect(reconciled('cpu', { state: 'RUNNING' })).toMatchObject({ verdict: 'unmeasured', difference: null });
  });

  test('where Slurm has sampled no memory of a short step', () => {
    const short = { steps: [step({ maxRssKib: null, elapsedS: 1 })], profiled: { runs: [run({ wallS: 0.5 })] } };
    expect(reconciled('rss peak', short)).toMatchObject({
      verdict: 'unmeasured',
      reasons: [expect.stringMatching(/too short/)],
    });
    const long = { steps: [step({ maxRssKib: null })] };
    expect(reconciled('rss peak', long)).toMatchObject({
      verdict: 'unexplained',
      reasons: [expect.stringMatching(/no MaxRSS/)],
    });
  });

  test('for a task that left nothing, which is only right where it did not run', () => {
    const nothing = { profiled: { runs: [], inside: inside({ records: 0, wallS: null, cpuS: null, peakKib: null }) } };
    expect(reconciled('wall', nothing).verdict).toBe('unexplained');
    expect(reconciled('wall', { ...nothing, elapsedS: 0, steps: [] }).verdict).toBe('unmeasured');
  });

  test('for a task whose runs had no input to do, whatever its start took', () => {
    const idle = { runs: [run({ inputs: 0 })], inside: inside({ records: 0, wallS: null, cpuS: null, peakKib: null }) };
    for (const what of ['wall', 'cpu', 'rss peak'] as const) {
      const { verdict, reasons } = reconciled(what, { profiled: idle });
      expect({ verdict, reasons }).toEqual({ verdict: 'unmeasured', reasons: ['it had no input to do'] });
    }
    const killed = { ...idle, runs: [run({ inputs: null })] };
    expect(reconciled('wall', { profiled: killed }).verdict).not.toBe('unmeasured');
  });

  test('where sacct has rows of jobs alone', () => {
    expect(reconciled('cpu', { steps: [] })).toMatchObject({
      verdict: 'unexplained',
      reasons: [expect.stringMatching(/-X/)],
    });
  });

  test('where the profiler could not measure', () => {
    const { verdict, profiler } = reconciled('cpu', { profiled: { runs: [run({ cpuS: null })] } });
    expect({ verdict, profiler }).toEqual({ verdict: 'unexplained', profiler: null });
  });
});

describe('the steps that are compared', () => {
  const batch = step({ cpuS: 0.1, maxRssKib: 12_000 });
  const numbered = step({ step: '0' });

  test('are those of srun, where the time of the run lies in them', () => {
    expect(reconciled('rss peak', { steps: [batch, numbered] }).sacct).toBe(307_200);
    const early = step({ step: '0', endMs: START_MS + 2000, elapsedS: 2, cpuS: 1, maxRssKib: 9000 });
    expect(reconciled('rss peak', { steps: [step(), early] }).sacct).toBe(307_200);
  });

  test('are chosen by their length where sacct gave no times', () => {
    const untimed = { startMs: null, endMs: null };
    const short = step({ ...untimed, step: '0', elapsedS: 2, cpuS: 1, maxRssKib: 9000 });
    expect(reconciled('cpu', { steps: [step(untimed), short] }).sacct).toBe(50);
  });

  test('without a map account are the one that used most CPU', () => {
    expect(reconciled('cpu', { steps: [batch, numbered], profiled: { runs: [] } }).sacct).toBe(50);
    expect(reconciled('cpu', { steps: [step(), step({ step: '0', cpuS: 1 })], profiled: { runs: [] } }).sacct).toBe(50);
  });

  test('of a requeued task are those of all its runs', () => {
    const later = { startMs: START_MS + 500_000, endMs: START_MS + 600_000 };
    const again = run({ startedMs: START_MS + 500_500, updatedMs: START_MS + 599_600, endedMs: START_MS + 599_600 });
    const scene = { steps: [step(), step(later)], profiled: { runs: [run(), again] } };
    expect(reconciled('cpu', scene)).toMatchObject({ sacct: 100, profiler: 99, verdict: 'agrees' });
    expect(reconciled('wall', scene)).toMatchObject({ sacct: 200, verdict: 'agrees' });
    expect(reconciled('wall', scene).profiler).toBeCloseTo(198.2);
  });
});
