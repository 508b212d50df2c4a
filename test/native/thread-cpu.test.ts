import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { spinCpu } from '../programs/stacks/spin-cpu.js';
import { FREE, rowOf } from '../support/scripted-sampler.js';
import { burnPool } from '../support/workloads.js';

const open = (): StageProfiler => new StageProfiler({ measure: ['cpu'] }, { stageCost: FREE });

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

test('the work of this thread is in both thread_cpu_s and cpu_s', () => {
  const profiler = open();
  const before = cpuSeconds();
  profiler.stage('a', () => spinCpu(300));
  const truth = cpuSeconds() - before;
  const { cpu_s, thread_cpu_s, wall_s } = rowOf(profiler, 'a');
  expect(Math.abs(cpu_s! - truth)).toBeLessThan(0.01);
  expect(thread_cpu_s!).toBeGreaterThan(0.9 * cpu_s! - 0.01);
  expect(thread_cpu_s!).toBeLessThan(cpu_s! + 0.01);
  expect(thread_cpu_s!).toBeLessThan(wall_s! + 0.001);
  profiler.close();
});

test("the work of libuv's pool is in cpu_s, and hardly any of it is in thread_cpu_s", async () => {
  const profiler = open();
  const before = cpuSeconds();
  await profiler.stage('a', () => burnPool(4, 150_000));
  const truth = cpuSeconds() - before;
  const { cpu_s, thread_cpu_s, wall_s } = rowOf(profiler, 'a');
  expect(truth).toBeGreaterThan(0.1);
  expect(Math.abs(cpu_s! - truth)).toBeLessThan(0.01);
  expect(thread_cpu_s!).toBeLessThan(0.1 * cpu_s!);
  expect(cpu_s!).toBeLessThan(availableParallelism() * wall_s! + 0.05);
  profiler.close();
});

test('a stage that sleeps costs time and no CPU', async () => {
  const profiler = open();
  await profiler.stage('a', () => new Promise((resolve) => setTimeout(resolve, 200)));
  const { cpu_s, thread_cpu_s, wall_s } = rowOf(profiler, 'a');
  expect(wall_s!).toBeGreaterThan(0.19);
  expect(thread_cpu_s!).toBeLessThan(0.05);
  expect(cpu_s!).toBeLessThan(0.1);
  profiler.close();
});
