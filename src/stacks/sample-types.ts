import { Object } from '../host/intrinsics.js';

/**
 * What a row of samples can count, in the order of the values in memory and in a file. Names and units are those of pprof.
 * `live_*` is what was still allocated at the end. `peak_space` is what was allocated when the process held the most.
 *
 * Used inside programs and by the command line.
 */
export const SAMPLE_TYPES = [
  { name: 'samples', unit: 'count' },
  { name: 'cpu', unit: 'nanoseconds' },
  { name: 'alloc_objects', unit: 'count' },
  { name: 'alloc_space', unit: 'bytes' },
  { name: 'live_objects', unit: 'count' },
  { name: 'live_space', unit: 'bytes' },
  { name: 'peak_space', unit: 'bytes' },
] as const;

export type SampleType = (typeof SAMPLE_TYPES)[number]['name'];

/** The index of each sample type's values. */
export const sampleTypeIndex = Object.fromEntries(SAMPLE_TYPES.map(({ name }, index) => [name, index])) as Readonly<
  Record<SampleType, number>
>;
