import { Math } from '../host/intrinsics.js';

/** Growth in KiB by octave of the call's number, as [octave, KiB] pairs sorted by octave. */
export type OctavePairs = readonly (readonly [octave: number, kib: number])[];

/** The last octave takes every call from number 2^31 on, which a process with a call a microsecond has after 36 minutes. */
export const OCTAVE_COUNT = 32;

const LAST = OCTAVE_COUNT - 1;
const FIRST_OF_LAST = 2 ** LAST;

/**
 * The octave of a call: 0 for call 1, 1 for calls 2 and 3, 2 for calls 4 to 7, and so on. NaN for a call that has no
 * number.
 *
 * @param call its number, from 1
 */
export function octaveOf(call: number): number {
  if (call !== call) return call;
  return call < FIRST_OF_LAST ? LAST - Math.clz32(call) : LAST;
}

/** The number of the first call of an octave. */
export function firstCallOf(octave: number): number {
  return 2 ** octave;
}
