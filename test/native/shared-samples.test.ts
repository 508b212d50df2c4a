import { expect, test } from 'vitest';
import { SAMPLE_LENGTH, SHARED_ENTRIES_CELL, type SlotName, slotIndex } from '../../src/model/sample-layout.js';
import { plainSampleMemory, type Sampler, type SamplerOptions } from '../../src/model/sampler.js';
import { loadBinding } from '../../src/native/load-addon.js';
import { NativeSampler } from '../../src/native/native-sampler.js';
import { burn, KIB, MIB } from '../support/workloads.js';

const { binding, missing } = loadBinding();
if (binding === null) throw new Error(missing);

const ALL: SamplerOptions = {
  cpu: true,
  rss: true,
  js: true,
  native: true,
  io: true,
  rssPeak: 'lifetime',
  sharedSamples: true,
};

const open = (options: SamplerOptions = ALL): Sampler =>
  NativeSampler.open({ binding, heapFault: null }, options, plainSampleMemory())!;

const at = (sampler: Sampler, slot: SlotName): number => sampler.slots[slotIndex[slot]]!;
const shared = (sampler: Sampler): number => sampler.slots[SHARED_ENTRIES_CELL]!;

/** Whether the thread keeps its CPU for some microseconds is the machine's affair, so it is tried until it does. */
const MOST_ATTEMPTS = 1_000_000;

/** @returns the slots of a whole sample and those of an entry that was near it */
function nearEntry(sampler: Sampler, between: () => void = () => {}): { exit: Float64Array; entry: Float64Array } {
  // Made beforehand: it has a Buffer's memory itself.
  const exit = new Float64Array(SAMPLE_LENGTH);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const before = shared(sampler);
    sampler.readExit();
    exit.set(sampler.slots);
    between();
    sampler.readEntry();
    if (shared(sampler) > before) return { exit, entry: sampler.slots.slice() };
  }
  throw new Error('no entry was near its sample');
}

const SLOW: readonly SlotName[] = [
  'faults_minor',
  'faults_major',
  'ctx_voluntary',
  'ctx_involuntary',
  'read_bytes',
  'write_bytes',
  'rss_bytes',
  'file_bytes',
];

test('an entry just after a sample takes over what is slow to read, and reads the rest', () => {
  const sampler = open();
  let kept: Buffer | undefined;
  const { exit, entry } = nearEntry(sampler, () => {
    kept = Buffer.allocUnsafeSlow(4 * KIB);
  });
  const was = (slot: SlotName): number => exit[slotIndex[slot]]!;
  const is = (slot: SlotName): number => entry[slotIndex[slot]]!;
  for (const slot of SLOW) expect([slot, is(slot)]).toEqual([slot, was(slot)]);
  // Its peak is that of no time at all.
  expect(is('rss_peak_bytes')).toBe(is('rss_bytes'));
  expect(is('wall_ns')).toBeGreaterThan(was('wall_ns'));
  expect(is('thread_cpu_ns')).toBeGreaterThan(was('thread_cpu_ns'));
  expect(is('process_cpu_ns') - was('process_cpu_ns')).toBeCloseTo(is('thread_cpu_ns') - was('thread_cpu_ns'), 0);
  expect(is('buffers_bytes') - was('buffers_bytes')).toBe(kept!.length);
  sampler.close();
});

test('what was taken over is read again at the next sample', () => {
  const sampler = open();
  nearEntry(sampler);
  const faults = at(sampler, 'faults_minor');
  Buffer.allocUnsafeSlow(8 * MIB).fill(1);
  sampler.readExit();
  expect(at(sampler, 'faults_minor')).toBeGreaterThan(faults);
  expect(at(sampler, 'faults_minor')).toBeLessThanOrEqual(process.resourceUsage().minorPageFault);
  sampler.close();
});

test('an entry that comes later than a sample takes reads all', () => {
  const sampler = open();
  nearEntry(sampler);
  const before = shared(sampler);
  sampler.readExit();
  burn(1);
  sampler.readEntry();
  expect(shared(sampler)).toBe(before);
  sampler.close();
});

test('exits are never shared, and entries only where that is asked for', () => {
  const sampler = open({ ...ALL, sharedSamples: false });
  const sharing = open();
  nearEntry(sharing);
  const before = shared(sharing);
  for (let i = 0; i < 100; i++) {
    sampler.readExit();
    sampler.readEntry();
    sharing.readExit();
  }
  expect(shared(sampler)).toBe(0);
  expect(shared(sharing)).toBe(before);
  sampler.close();
  sharing.close();
});
