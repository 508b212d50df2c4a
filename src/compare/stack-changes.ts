import { calledText } from '../render/stack-notes.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import {
  LEAST_SAMPLES,
  type StageCpu,
  type StageFunction,
  shareError,
  stageFunctions,
} from '../stacks/stage-functions.js';
import { baseName } from '../text/base-name.js';
import { holm } from './holm.js';
import { type LiveChange, liveChanges } from './live-changes.js';
import { twoSidedProbability } from './student-t.js';

/** A function that uses more or less CPU of a stage itself than before. */
export interface StackChange {
  readonly stage: string;
  /** The function with its callers, in words. */
  readonly text: string;
  readonly baseNs: number;
  readonly newNs: number;
  /** The standard error of the difference, as far as sampling makes it. */
  readonly errorNs: number;
}

export interface StackChanges {
  /** Native memory; null where not both sides have native stacks. */
  readonly live: readonly LiveChange[] | null;
  /** How many functions were compared. */
  readonly compared: number;
  /** Those that changed by more than sampling explains, the greatest change first. */
  readonly changed: readonly StackChange[];
}

/** Stacks that are there on both sides and are totals of other numbers of records. */
export interface UncomparedStacks {
  readonly live: null;
  readonly compared: 0;
  readonly changed: null;
}

export const UNCOMPARED_STACKS: UncomparedStacks = { live: null, compared: 0, changed: null };

/** A function that has less than this part of its stage on both sides is not compared. */
const LEAST_SHARE = 0.02;

interface Sides<T> {
  readonly base: T;
  readonly new: T;
}

/** @param confidence that no function is among the changed by chance of sampling, for all together */
export function stackChanges(profiles: Sides<StackProfile>, confidence: number): StackChanges {
  const before = new Map(stageFunctions(profiles.base).map((stage) => [stage.stage, stage]));
  const tested = stageFunctions(profiles.new).flatMap((stage) => {
    const base = before.get(stage.stage);
    return base === undefined ? [] : testedOf({ base, new: stage }, profiles);
  });
  const probabilities = holm(tested.map(({ probability }) => probability));
  const changed = tested
    .filter((_, index) => probabilities[index]! < 1 - confidence)
    .map(({ change }) => change)
    .sort((a, b) => Math.abs(b.newNs - b.baseNs) - Math.abs(a.newNs - a.baseNs));
  const hasNative = profiles.base.isMeasured('live_space') && profiles.new.isMeasured('live_space');
  return { compared: tested.length, changed, live: hasNative ? liveChanges(profiles.base, profiles.new) : null };
}

interface Tested {
  readonly change: StackChange;
  readonly probability: number;
}

function testedOf({ base, new: next }: Sides<StageCpu>, profiles: Sides<StackProfile>): Tested[] {
  if (base.samples < LEAST_SAMPLES || next.samples < LEAST_SAMPLES) return [];
  const [ofBase, ofNew] = [functionsOf(base), functionsOf(next)];
  const keys = new Set([...ofBase.keys(), ...ofNew.keys()]);
  return [...keys].flatMap((key) => {
    const [before, after] = [ofBase.get(key), ofNew.get(key)];
    const [baseNs, newNs] = [before?.cpuNs ?? 0, after?.cpuNs ?? 0];
    if (baseNs < LEAST_SHARE * base.cpuNs && newNs < LEAST_SHARE * next.cpuNs) return [];
    const errorNs = Math.hypot(errorOf(base, baseNs), errorOf(next, newNs));
    const text =
      after === undefined ? calledText(profiles.base, before!.heaviest) : calledText(profiles.new, after.heaviest);
    const probability = twoSidedProbability((newNs - baseNs) / errorNs, base.samples + next.samples - 2);
    return [{ change: { stage: next.stage, text, baseNs, newNs, errorNs }, probability }];
  });
}

interface NamedFunction {
  cpuNs: number;
  heaviest: StageFunction;
}

/** By name and name of the file: another version of the code has its functions in other lines, and often in another folder. */
function functionsOf({ functions }: StageCpu): Map<string, NamedFunction> {
  const named = new Map<string, NamedFunction>();
  for (const found of functions.values()) {
    const { name, file } = found.frame;
    const key = `${name}\0${baseName(file)}`;
    const known = named.get(key);
    if (known === undefined) named.set(key, { cpuNs: found.cpuNs, heaviest: found });
    else {
      known.cpuNs += found.cpuNs;
      if (found.cpuNs > known.heaviest.cpuNs) known.heaviest = found;
    }
  }
  return named;
}

/** With two samples more, one of which has met the function, so that one that no sample has met has an error too. */
function errorOf({ cpuNs, samples }: StageCpu, ofFunctionNs: number): number {
  const share = ((ofFunctionNs / cpuNs) * samples + 1) / (samples + 2);
  return cpuNs * shareError(share, samples);
}
