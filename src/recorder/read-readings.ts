import { Number, Object } from '../host/intrinsics.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, isPossible, READING } from './format.js';

/** Bytes and nanoseconds; NaN for a number that was not read. */
export type RecordedReading = { readonly [N in (typeof READING)[number]]: number };

/**
 * The readings in the ring, oldest first. A reading out of the order of time is left out: it is damaged, or was just
 * being written.
 *
 * @param names the numbers of a reading, in their order
 */
export function readReadings(
  bytes: RecorderBytes,
  sizes: Geometry,
  names: readonly string[],
  readingCount: number,
): RecordedReading[] {
  const { readings_offset: offset, reading_capacity: capacity, reading_cells: cells } = sizes;
  if (!Number.isSafeInteger(readingCount) || readingCount <= 0 || capacity === 0 || cells === 0) return [];
  const ring = bytes.read(offset, capacity * cells * 8);
  const positions = READING.map((name) => names.indexOf(name)).map((position) => (position < cells ? position : -1));
  // In a full ring the oldest reading may just be written over.
  const there = readingCount < capacity ? readingCount : capacity - 1;
  const readings: RecordedReading[] = [];
  for (let number = readingCount - there; number < readingCount; number++) {
    const at = (number % capacity) * cells * 8;
    if (at + cells * 8 > ring.length) continue;
    const values = READING.map((name, index) => {
      const value = positions[index] === -1 ? Number.NaN : ring.readDoubleLE(at + positions[index]! * 8);
      return [name, isPossible(value) ? value : Number.NaN];
    });
    const reading = Object.fromEntries(values) as RecordedReading;
    const before = readings.at(-1)?.wall_ns ?? 0;
    if (reading.wall_ns >= before) readings.push(reading);
  }
  return readings;
}
