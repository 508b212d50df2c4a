import { LEVEL_SLOTS } from '../accounting/levels.js';
import { Float64Array, Number, Object } from '../host/intrinsics.js';
import {
  ACCOUNT,
  LEVEL_OF_PEAK,
  LIVE_CELLS,
  SAMPLE_LENGTH,
  type SlotName,
  slotIndex,
  WAITED_CELL,
} from '../model/sample-layout.js';
import type { RecordedReading } from './read-readings.js';
import type { Recording } from './reader.js';

const WALL = slotIndex.wall_ns;

/** Slots whose value is also in a reading of the ring. */
const READ = ['wall_ns', 'thread_cpu_ns', 'process_cpu_ns', 'rss_bytes'] as const satisfies readonly SlotName[];

const COUNTED_AT = ACCOUNT.indexOf('counted_at_ns');

/** Slots in which a moment has the highest value since the recorder was started. */
export const PEAK_SLOTS: readonly number[] = (Object.keys(LEVEL_OF_PEAK) as SlotName[]).map((name) => slotIndex[name]);

/**
 * The last sample that a recorder has: from the last boundary of a stage or the last reading, whichever is later. What
 * the later one lacks comes from the earlier one. Peaks are the highest since the start. All NaN where there is none.
 */
export function lastSampleOf({ samples, readings }: Pick<Recording, 'samples' | 'readings'>): Float64Array {
  const { boundary, moment, account, excluded } = samples;
  const reading = readings.at(-1);
  const candidates = [
    ...(boundary === null ? [] : [boundary]),
    ...(moment === null ? [] : [withLevelsOf(boundary, account, withoutCollections(moment, excluded))]),
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

/**
 * A moment that is taken while the process ends has the memory of an earlier reading, because the program's memory is
 * being freed by then. If the last boundary of a stage is later than that reading, its levels are newer.
 */
function withLevelsOf(boundary: Float64Array | null, account: Float64Array | null, moment: Float64Array): Float64Array {
  const countedNs = account?.[COUNTED_AT] ?? Number.NaN;
  if (boundary === null || !(countedNs < moment[WALL]!) || !(boundary[WALL]! > countedNs)) return moment;
  for (const slot of LEVEL_SLOTS) moment[slot] = boundary[slot]!;
  for (let cell = LIVE_CELLS; cell < WAITED_CELL; cell++) moment[cell] = boundary[cell]!;
  return moment;
}

function sampleOf(reading: RecordedReading): Float64Array {
  const sample = new Float64Array(SAMPLE_LENGTH).fill(Number.NaN);
  for (const name of READ) sample[slotIndex[name]] = reading[name];
  return sample;
}

/** NaN where there is no value. */
export function highestOf(values: readonly number[]): number {
  return values.reduce((high, value) => (value > high || Number.isNaN(high) ? value : high), Number.NaN);
}
