import { UsageError } from '../model/usage-error.js';
import { writePprof } from '../stacks/pprof-writer.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { collapsed, collapsedDifference } from './collapsed.js';
import { cpuprofile } from './cpuprofile.js';
import { type FlameChoice, flameProfile, isTime, VALUE_OF } from './flame-stacks.js';
import { speedscope, speedscopeDifference } from './speedscope.js';

interface FlameFormat {
  /** Whether it can have bytes, and not only times. */
  readonly hasBytes: boolean;
  /** The whole file. */
  write(profile: StackProfile, choice: FlameChoice): string | Promise<Uint8Array>;
  /** The difference to a base; or what shows it otherwise, to follow "--base is not for this format: ". */
  readonly difference: ((base: StackProfile, profile: StackProfile, choice: FlameChoice) => string) | string;
}

/** A new format is one file, and one row here. */
export const FLAME_FORMATS = {
  collapsed: { hasBytes: true, write: collapsed, difference: collapsedDifference },
  speedscope: { hasBytes: true, write: speedscope, difference: speedscopeDifference },
  cpuprofile: {
    hasBytes: false,
    write: cpuprofile,
    difference: 'it has no negative values; use speedscope or collapsed',
  },
  pprof: {
    hasBytes: true,
    write: (profile, choice) => writePprof(flameProfile(profile, choice, { keepsAll: true }), VALUE_OF[choice.type]),
    difference: 'write both, and use "pprof -diff_base"',
  },
} as const satisfies Readonly<Record<string, FlameFormat>>;

export type FlameFormatName = keyof typeof FLAME_FORMATS;

export const FLAME_FORMAT_NAMES = Object.keys(FLAME_FORMATS) as FlameFormatName[];

/** @param base undefined where no difference is asked for */
export async function flameFile(
  name: FlameFormatName,
  profile: StackProfile,
  base: StackProfile | undefined,
  choice: FlameChoice,
): Promise<string | Uint8Array> {
  const { write, difference, hasBytes }: FlameFormat = FLAME_FORMATS[name];
  if (!hasBytes && !isTime(choice.type)) {
    throw new UsageError(
      `--type ${choice.type} is not for --format ${name}: it has times only; use speedscope or pprof`,
    );
  }
  if (base === undefined) return write(profile, choice);
  if (typeof difference === 'string') throw new UsageError(`--base is not for --format ${name}: ${difference}`);
  return difference(base, profile, choice);
}
