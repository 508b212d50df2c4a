import { describe, expect, test } from 'vitest';
import type { StageProfilerOptions } from '../../src/model/options.js';
import { SLOT_COUNT, slotIndex } from '../../src/model/sample-layout.js';
import { OwnCost } from '../../src/profiler/own-cost.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { COUNTS, countIndex } from '../../src/store/state-memory.js';
import { ScriptedSampler } from '../support/scripted-sampler.js';

/** Boundaries that take as long as they are told to, on a clock that a reading moves on. */
class Boundaries {
  readonly slots = new Float64Array(SLOT_COUNT).fill(Number.NaN);
  readonly excluded = new Float64Array(SLOT_COUNT);
  readonly counts = new Float64Array(COUNTS.length);
  readonly own: OwnCost;
  readings = 0;
  private nowNs = 1_000;
  private readonly slot: number;

  constructor(
    clock: 'thread' | 'wall',
    private readonly readNs: number,
  ) {
    this.slot = clock === 'thread' ? slotIndex.thread_cpu_ns : slotIndex.wall_ns;
    this.slots[this.slot] = 0;
    const sampler = new ScriptedSampler();
    sampler.readThreadCpuNs = () => (clock === 'thread' ? this.read() : Number.NaN);
    const { slots, excluded, counts } = this;
    this.own = new OwnCost({ sampler, slots, excluded }, counts, () => this.read());
  }

  /** A stage whose opening and closing take so long, half of it on the stage's side of the sample. */
  stage(openNs: number, closeNs: number): void {
    this.boundary(openNs, (since) => this.own.opened(since));
    this.boundary(closeNs, (since) => this.own.closed(since));
  }

  boundary(ns: number, end: (since: number) => void): void {
    const since = --this.own.left === 0 ? this.own.start() : 0;
    this.nowNs += ns / 2;
    this.slots[this.slot] = this.nowNs - this.excluded[this.slot]!;
    this.nowNs += ns / 2;
    if (since !== 0) end(since);
  }

  private read(): number {
    this.readings++;
    this.nowNs += this.readNs;
    return this.nowNs;
  }
}

describe.each(['thread', 'wall'] as const)('what a stage costs, by the clock of %s', (clock) => {
  test('is that of its opening and its closing, whichever were measured', () => {
    const run = new Boundaries(clock, 100);
    for (let i = 0; i < 20_000; i++) run.stage(1_000, 3_000);
    const { fullNs, innerNs } = run.own.perStage(20_000)!;
    expect(fullNs / 4_000).toBeCloseTo(1, 1);
    expect(innerNs / 2_000).toBeCloseTo(1, 1);
  });

  test('is measured so seldom that the readings of the clock are 2 % of it', () => {
    const run = new Boundaries(clock, 100);
    for (let i = 0; i < 20_000; i++) run.stage(1_000, 3_000);
    const addedNs = (run.readings * 100) / 20_000;
    expect(addedNs).toBeGreaterThan(0.005 * 4_000);
    expect(addedNs).toBeLessThan(0.03 * 4_000);
  });

  test('is measured at every boundary of a program that has few', () => {
    const run = new Boundaries(clock, 100);
    run.stage(10_000, 2_000);
    run.stage(1_000, 1_000);
    expect(run.own.perStage(2)).toEqual({ fullNs: 7_000, innerNs: 3_500 });
  });

  test.each([1, 16, 17, 20, 40, 100, 333, 1_000, 5_000])(
    'is in the sums that a recorder keeps but for an eighth, after %d stages of the cheapest kind',
    (stages) => {
      const run = new Boundaries(clock, 1_000);
      for (let i = 0; i < stages; i++) run.stage(20, 20);
      const told = run.counts[countIndex.own_ns]!;
      expect(told).toBeLessThanOrEqual(stages * 40);
      expect(told).toBeGreaterThanOrEqual(stages * 40 * (1 - 1 / 8));
    },
  );

  test('is without the forced collections at its ends', () => {
    const run = new Boundaries(clock, 0);
    run.boundary(1_000_000, (since) => {
      run.excluded[slotIndex.thread_cpu_ns]! += 999_000;
      run.excluded[slotIndex.wall_ns]! += 999_000;
      run.own.opened(since);
    });
    expect(run.own.perStage(1)!.fullNs).toBe(1_000);
  });
});

test('a boundary that another process interrupted counts by wall clock as the others do', () => {
  const run = new Boundaries('wall', 20);
  for (let i = 0; i < 20_000; i++) run.stage(i % 100 === 50 ? 4e6 : 200, 200);
  expect(run.own.perStage(20_000)!.fullNs / 400).toBeCloseTo(1, 1);
});

test('nothing is known before a stage has closed', () => {
  const run = new Boundaries('wall', 20);
  expect(run.own.perStage(0)).toBeNull();
});

test.each<StageProfilerOptions>([{}, { measure: [] }])('a report tells it of the stages alone: %j', (options) => {
  const profiler = new StageProfiler(options);
  for (let i = 0; i < 100; i++) profiler.stage('outer', () => profiler.stage('inner').end());
  const { overhead_s, stages } = profiler.report();
  profiler.close();
  const [outer, inner] = stages;
  expect(overhead_s).toBeGreaterThan(200 * 50e-9);
  expect(outer!.overhead_s).toBeGreaterThan(inner!.overhead_s!);
  expect(outer!.overhead_s).toBeLessThan(overhead_s!);
});
