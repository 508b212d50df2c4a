import { Float64Array, Number, Object } from '../host/intrinsics.js';
import { LEVEL_OF_PEAK, SAMPLE_LENGTH, type SlotName, slotIndex } from '../native/layout.js';
import type { RecordedReading } from './read-readings.js';
import type { Recording } from './reader.js';

const WALL = slotIndex.wall_ns;

/** Slots of which a reading in the ring has the value. */
const READ = ['wall_ns', 'thread_cpu_ns', 'process_cpu_ns', 'rss_bytes'] as const satisfies readonly SlotName[];

/** Highest values since the recorder was started, as a moment has them. */
export const PEAK_SLOTS: readonly number[] = (Object.keys(LEVEL_OF_PEAK) as SlotName[]).map((name) => slotIndex[name]);

/**
 * The last sample that a recorder has: that of the last boundary of a stage or of the last reading, whichever is later.
 * What the later one lacks is taken from the earlier. Peaks are the highest since the start. All NaN where there is none.
 */
export function lastSampleOf({ samples, readings }: Pick<Recording, 'samples' | 'readings'>): Float64Array {
  const { boundary, moment, excluded } = samples;
  const reading = readings.at(-1);
  const candidates = [
    ...(boundary === null ? [] : [boundary]),
    ...(moment === null ? [] : [withoutCollections(moment, excluded)]),
    ...(reading === undefined ? [] : [sampleOf(reading)]),
  ].sort((a, b) => b[WALL]! - a[WALL]!);
  const last = new Float64Array(SAMPLE_LENGTH).fill(Number.NaN);
  for (const sample of candidates) {
    for (let cell = 0; cell < SAMPLE_LENGTH; cell++) if (Number.isNaN(last[cell])) last[cell] = sample[cell]!;
  }
  for (const slot of PEAK_SLOTS) last[slot] = highestOf(candidates.map((sample) => sample[slot]!));
  return last;
}

function withoutCollections(sample: Float64Array, excluded: Float64Array): Float64Array {
  return sample.map((value, cell) => value - (excluded[cell] ?? 0));
}

function sampleOf(reading: RecordedReading): Float64Array {
  const sample = new Float64Array(SAMPLE_LENGTH).fill(Number.NaN);
  for (const name of READ) sample[slotIndex[name]] = reading[name];
  return sample;
}

/** NaN for no value. */
export function highestOf(values: readonly number[]): number {
  return values.reduce((high, value) => (value > high || Number.isNaN(high) ? value : high), Number.NaN);
}
