import { Math } from '../host/intrinsics.js';
import { firstCallOf, type OctavePairs } from '../model/octaves.js';

/** Whether a growth goes on with the calls. */
export type GrowthPace =
  | { readonly goesOn: true; readonly kibPerCall: number }
  /** Nearly all of it was in the first calls of a process, of which this is the number of the last. */
  | { readonly goesOn: false; readonly firstCalls: number };

/** With fewer than eight calls a leak cannot be told from a warm-up. */
const FEWEST_OCTAVES = 4;

/**
 * What a steady growth comes to, as shares. The last two octaves have between 1/2 and 3/4 of all calls, and twice to six
 * times those of the octave before. The limits leave room for memory that comes in large pieces.
 */
const LATE_SHARE = 0.35;
const LEAST_RISE = 1.3;
const MOST_RISE = 12;
const LEAST_OF_STEADY = 0.3;

/** The growth of the resident set, as shares of `kib`, with which it can be that of `kib`. */
const LEAST_GROWTH = 0.6;
const MOST_GROWTH = 1.6;

/** Where growth stood, the calls after it have no more than the rest. The last octave may be cut short. */
const STOOD_SHARE = 0.8;
const STOOD_SHARE_BEFORE_LAST = 0.92;

/**
 * Tells from the growth of the resident set by octave whether a growth of `kib` went on, or stood in the first calls.
 * Null where that cannot be told: for too few calls, for growth that came in a few calls in the middle or at the end, and
 * where the resident set grew by something else.
 *
 * @param kib what the finding is about, above zero
 * @param calls completed calls and open ones, of all reports
 */
export function growthPace(octaves: OctavePairs | null | undefined, kib: number, calls: number): GrowthPace | null {
  if (octaves === null || octaves === undefined || octaves[0]?.[0] !== 0) return null;
  const amounts: number[] = [];
  for (const [octave, amount] of octaves) amounts[octave] = amount;
  for (let octave = 0; octave < amounts.length; octave++) amounts[octave] ??= 0;
  if (amounts.length < FEWEST_OCTAVES) return null;
  // Something else grew by as much: which of the two went on is not known.
  if (sumOf(amounts) > MOST_GROWTH * kib) return null;
  return goesOn(amounts, kib, calls) ?? stood(amounts, kib, calls);
}

/** How many calls of the last octave there were; null where the calls are those of several processes. */
function callsOfLast({ length }: readonly number[], calls: number): number | null {
  const first = firstCallOf(length - 1);
  return calls >= first && calls < 2 * first ? calls - first + 1 : null;
}

function goesOn(amounts: readonly number[], kib: number, calls: number): GrowthPace | null {
  const last = amounts.length - 1;
  const [middle, beforeLast, inLast] = [amounts[last - 2]!, amounts[last - 1]!, amounts[last]!];
  const late = beforeLast + inLast;
  if (late < LATE_SHARE * kib || late < LEAST_RISE * middle || late > MOST_RISE * middle) return null;
  const lastCalls = callsOfLast(amounts, calls);
  const steady = kib / calls;
  if (lastCalls === null) {
    // How many calls the octaves have is not known. The last has to go on all the same.
    if (beforeLast < (LEAST_OF_STEADY / 2) * late || inLast < (LEAST_OF_STEADY / 2) * late) return null;
    return { goesOn: true, kibPerCall: steady };
  }
  const callsBeforeLast = firstCallOf(last - 1);
  if (beforeLast < LEAST_OF_STEADY * steady * callsBeforeLast) return null;
  if (isLongEnough(lastCalls, last) && inLast < LEAST_OF_STEADY * steady * lastCalls) return null;
  // A warm-up is not part of what each call adds, and not all that is kept need be resident.
  const lateKib = late * Math.max(1, kib / sumOf(amounts));
  return { goesOn: true, kibPerCall: Math.min(steady, lateKib / (callsBeforeLast + lastCalls)) };
}

function stood(amounts: readonly number[], kib: number, calls: number): GrowthPace | null {
  const last = amounts.length - 1;
  const sum = sumOf(amounts);
  // Something else shrank, or what grew is not resident.
  if (sum < LEAST_GROWTH * kib) return null;
  let until = 0;
  let grown = amounts[0]!;
  while (grown < STOOD_SHARE * sum && until < last) grown += amounts[++until]!;
  if (until >= last) return null;
  const lastCalls = callsOfLast(amounts, calls);
  if (until === last - 1) {
    if (lastCalls === null || !isLongEnough(lastCalls, last) || grown < STOOD_SHARE_BEFORE_LAST * sum) return null;
  } else if (lastCalls === null && !laterStood(amounts, until, sum / calls)) return null;
  return { goesOn: false, firstCalls: firstCallOf(until + 1) - 1 };
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

/** Whether enough of the last octave has passed to see that growth stood in it. */
function isLongEnough(lastCalls: number, last: number): boolean {
  return lastCalls >= firstCallOf(last) / 4;
}

/**
 * In a report of several processes, most may have had a few calls only, and those of the others may go on growing. At least one
 * process has had all calls of each octave but the last: with the growth of all calls, it would have added so much.
 */
function laterStood(amounts: readonly number[], until: number, steady: number): boolean {
  return amounts
    .slice(0, -1)
    .every((amount, octave) => octave <= until || amount < LEAST_OF_STEADY * steady * firstCallOf(octave));
}
