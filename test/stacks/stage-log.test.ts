import { expect, test } from 'vitest';
import { StageLog } from '../../src/stacks/stage-log.js';
import { makeRing, RingReader } from '../../src/stacks/stage-ring.js';
import { LabelNode } from '../../src/store/labels.js';
import { ScriptedSampler } from '../support/scripted-sampler.js';

const A = new LabelNode('a', 1);

/** A log whose thread has used so many milliseconds of CPU; NaN where that is not measured. */
function openLog(sampler: ScriptedSampler, cpuMs: number, isRead = false) {
  const ring = makeRing();
  sampler.set({ thread_cpu_ns: cpuMs * 1e6 });
  sampler.readEntry();
  const ids = new Map([['a', 7]]);
  const log = new StageLog({ ring, idOf: (label) => ids.get(label)! }, sampler, new LabelNode('', 0), isRead);
  const entries = () => {
    const read: number[][] = [];
    new RingReader(ring).drain((_, stage, cpuUs) => void read.push([stage, cpuUs / 1000]));
    return read;
  };
  return { log, entries };
}

test('a switch is written once, with the clock of the thread at that time and nothing else read', () => {
  const sampler = new ScriptedSampler();
  const { log, entries } = openLog(sampler, 1);
  sampler.set({ thread_cpu_ns: 5e6 });
  log.switchTo(A);
  sampler.set({ thread_cpu_ns: 6e6 });
  log.switchTo(A);
  log.close();
  expect(entries()).toEqual([
    [0, 1],
    [7, 5],
    [0, 6],
  ]);
  expect(sampler.useReadings).toBe(0);
});

test('where that clock is dear, the use of the thread is read', () => {
  const sampler = new ScriptedSampler();
  sampler.readThreadCpuNs = () => Number.NaN;
  const { log, entries } = openLog(sampler, 1);
  sampler.set({ thread_cpu_ns: 5e6 });
  log.switchTo(A);
  expect([entries().at(-1), sampler.useReadings]).toEqual([[7, 5], 1]);
});

test.each([
  ['self times have read the use', 1, true, 1],
  ['no CPU is measured', Number.NaN, false, Number.NaN],
] as const)('where %s, a switch reads nothing', (_, cpuMs, isRead, logged) => {
  const sampler = new ScriptedSampler();
  const { log, entries } = openLog(sampler, cpuMs, isRead);
  sampler.readThreadCpuNs = () => expect.unreachable();
  log.switchTo(A);
  expect([entries().at(-1), sampler.useReadings]).toEqual([[7, logged], 0]);
});

test('after a sample, its clock is written', () => {
  const sampler = new ScriptedSampler();
  const { log, entries } = openLog(sampler, 1);
  sampler.set({ thread_cpu_ns: 5e6 });
  log.resume(A);
  expect(entries().at(-1)).toEqual([7, 1]);
});
