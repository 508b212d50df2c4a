import { limit } from '../findings/rule.js';
import { octaveOf } from '../model/octaves.js';
import type { SlurmIdentity } from '../model/report.js';
import { processKey } from '../report/process-count.js';
import { copyWithRoom } from '../store/copy-with-room.js';
import {
  addMoments,
  addPoint,
  type CoMoments,
  type Line,
  lineOf,
  momentsOf,
  NO_MOMENTS,
  SUM_COUNT,
} from './co-moments.js';

/** Processes past so many are left out: memory has to have a bound. */
const MOST_PROCESSES = 16_384;

/** How resident memory at the end of the inputs changes from one input of a process to the next. */
export interface InputGrowth {
  /** Inputs whose number within their process is known. */
  readonly inputs: number;
  /** Processes that had two of them or more. */
  readonly processes: number;
  /** The slope over all inputs, with a line of its own for each process, but one slope. */
  readonly all: Line;
  /** The same over the later part of the inputs of each process: at least half of them. Null for fewer than 16. */
  readonly later: Line | null;
  /** Whether it goes on from input to input, and is enough to decide how much memory the job needs. */
  readonly goesOn: boolean;
}

export type InputGrowthState = readonly (readonly [process: string, sums: Float64Array])[];

/** With fewer, the three parts that are compared have too few inputs. */
const LEAST_LAST_OCTAVE = 4;

/** A line that explains less of what varies is not told. */
const LEAST_EXPLAINED = 0.5;

/** A leak grows by as much in each part of the inputs. A cache that fills up at once has grown in one part alone. */
const LEAST_OF_STEADY = 0.3;

/** Reads the resident set at the end of each input against the number of the input within its process. */
export class InputGrowthSums {
  /** The sums of each octave of input numbers, one after another, by process. */
  readonly #processes = new Map<string, Float64Array>();

  /** @param nth the number of the input within its process, from 1 */
  add(nth: number, rssKib: number, pid: number | null, slurm: SlurmIdentity | undefined): void {
    if (pid === null) return;
    const at = octaveOf(nth) * SUM_COUNT;
    const sums = this.#sumsOf(processKey(pid, slurm), at + SUM_COUNT);
    if (sums !== undefined) addPoint(sums, at, nth, rssKib);
  }

  state(): InputGrowthState {
    return [...this.#processes];
  }

  absorb(state: InputGrowthState): void {
    for (const [process, added] of state) {
      const sums = this.#sumsOf(process, added.length);
      for (let index = 0; sums !== undefined && index < added.length; index++) sums[index]! += added[index]!;
    }
  }

  /** Null where no process had several inputs. */
  result(): InputGrowth | null {
    const groups = [...this.#processes.values()].map(groupsOf).filter(({ inputs }) => inputs > 1);
    const all = lineOf(groups.reduce((sum, { whole }) => addMoments(sum, whole), NO_MOMENTS));
    if (all === null) return null;
    const long = groups.flatMap(({ parts }) => (parts === null ? [] : [parts]));
    const partsOf = (part: keyof Parts) =>
      lineOf(long.reduce((sum, parts) => addMoments(sum, parts[part]), NO_MOMENTS));
    const later = partsOf('later');
    const inputs = groups.reduce((sum, group) => sum + group.inputs, 0);
    const slopes = [partsOf('middle'), partsOf('beforeLast'), partsOf('last')];
    return {
      inputs,
      processes: groups.length,
      all,
      later,
      goesOn:
        later !== null &&
        (later.explained ?? 0) >= LEAST_EXPLAINED &&
        later.slope * (inputs / groups.length) >= limit('least_kb') &&
        slopes.every((line) => line !== null && line.slope >= LEAST_OF_STEADY * Math.max(later.slope, all.slope)),
    };
  }

  /** The sums of a process, with room for so many; undefined for one too many. */
  #sumsOf(process: string, length: number): Float64Array | undefined {
    const known = this.#processes.get(process);
    if (known !== undefined && known.length >= length) return known;
    if (known === undefined && this.#processes.size >= MOST_PROCESSES) return undefined;
    const sums = known === undefined ? new Float64Array(length) : copyWithRoom(known, length);
    this.#processes.set(process, sums);
    return sums;
  }
}

/** The inputs of a process, by the octaves of their numbers. */
interface Parts {
  readonly middle: CoMoments;
  readonly beforeLast: CoMoments;
  readonly last: CoMoments;
  /** The last two together. */
  readonly later: CoMoments;
}

function groupsOf(sums: Float64Array): { inputs: number; whole: CoMoments; parts: Parts | null } {
  const end = sums.length / SUM_COUNT;
  let inputs = 0;
  for (let octave = 0; octave < end; octave++) inputs += sums[octave * SUM_COUNT]!;
  const whole = momentsOf(sums, 0, end);
  if (end - 1 < LEAST_LAST_OCTAVE) return { inputs, whole, parts: null };
  // The last octave is a part by itself if a quarter of it has passed.
  const last = sums[(end - 1) * SUM_COUNT]! >= 2 ** (end - 3) ? end - 1 : end - 2;
  const parts = {
    middle: momentsOf(sums, last - 2, last - 1),
    beforeLast: momentsOf(sums, last - 1, last),
    last: momentsOf(sums, last, end),
    later: momentsOf(sums, last - 1, end),
  };
  return { inputs, whole, parts };
}
