import { pathText } from '../render/allocation-notes.js';
import { type AllocationPath, allocationPaths } from '../stacks/allocation-paths.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { baseName } from '../text/base-name.js';

/** Native memory that was live at the end, of one stack in one stage. */
export interface LiveChange {
  readonly stage: string;
  /** The function that allocates with its callers, in words. */
  readonly text: string;
  readonly baseBytes: number;
  readonly newBytes: number;
  /** The standard error of the difference, as far as sampling makes it: at most. */
  readonly errorBytes: number;
}

/** A change has to be above all three: sampling explains smaller ones, or nobody asks for them. */
const LEAST_ERRORS = 3;
const LEAST_BYTES = 2 ** 20;
const LEAST_SHARE = 0.05;

interface Side {
  readonly paths: AllocationPath[];
  bytes: number;
  /** The square of the standard error. */
  variance: number;
}

/** Which stacks hold more or less native memory at the end than before, the greatest change first. */
export function liveChanges(base: StackProfile, next: StackProfile): LiveChange[] {
  const [before, after] = [sidesOf(base), sidesOf(next)];
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys]
    .map((key) => changeOf(key, before.get(key), after.get(key)))
    .filter(isTold)
    .sort((a, b) => Math.abs(b.newBytes - b.baseBytes) - Math.abs(a.newBytes - a.baseBytes));
}

function changeOf(key: string, before: Side | undefined, after: Side | undefined): LiveChange {
  const heaviest = (after ?? before)!.paths.reduce((most, path) => (path.bytes > most.bytes ? path : most));
  return {
    stage: key.slice(0, key.indexOf('\0')),
    text: pathText(heaviest),
    baseBytes: before?.bytes ?? 0,
    newBytes: after?.bytes ?? 0,
    errorBytes: Math.sqrt((before?.variance ?? 0) + (after?.variance ?? 0)),
  };
}

function isTold({ baseBytes, newBytes, errorBytes }: LiveChange): boolean {
  const least = Math.max(LEAST_ERRORS * errorBytes, LEAST_BYTES, LEAST_SHARE * Math.max(baseBytes, newBytes));
  return Math.abs(newBytes - baseBytes) > least;
}

/** By stage and by the names on the path: another version of the code has its functions in other lines and folders. */
function sidesOf(profile: StackProfile): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const { stage, paths } of allocationPaths(profile, 'live')) {
    for (const path of paths) {
      const names = path.frames.map(({ name, file, module }) => `${name} ${baseName(file || module)}`);
      const key = [stage, ...names].join('\0');
      const side: Side = sides.get(key) ?? { paths: [], bytes: 0, variance: 0 };
      sides.set(key, side);
      side.paths.push(path);
      side.bytes += path.bytes;
      side.variance += path.variance;
    }
  }
  return sides;
}
