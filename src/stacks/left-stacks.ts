import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Report } from '../model/report.js';
import { systemReason } from '../model/setup-error.js';
import { formatWarning, mergeWarnings } from '../model/warnings.js';
import { namesIn } from '../os/read-if-possible.js';
import { KEPT_SUFFIX, readKept } from './kept-stacks.js';
import { mergeProfile } from './merge-profile.js';
import { readPlain } from './plain-file.js';
import { type Outlived, readSites } from './read-sites.js';
import { samplingWarnings } from './sampling-warnings.js';
import { SITES_SUFFIX } from './sites-path.js';
import { StackProfile } from './stack-profile.js';

/** The stacks that processes have left, merged. */
export interface LeftStacks {
  readonly profile: StackProfile;
  /** What there is to say about how the sampling went, of each process. */
  readonly warnings: readonly (readonly string[])[];
  /** What of native memory has outlived which stages, of all processes; of one that was killed, some seconds before. */
  readonly outlived: readonly Outlived[];
  /** One line for each file that was left out, with the reason. */
  readonly skipped: readonly string[];
}

/**
 * Reads and merges what processes have left in these folders.
 *
 * Used by the command line only.
 *
 * @returns null where no process has left any
 */
export function readLeftStacks(folders: readonly string[]): LeftStacks | null {
  const profile = new StackProfile();
  const warnings: string[][] = [];
  const skipped: string[] = [];
  const outlived: Outlived[] = [];
  for (const folder of folders) {
    // None where the program has removed the folder: the reports say so.
    for (const name of namesIn(folder)) {
      const read = READERS.find(({ suffix }) => name.endsWith(suffix))?.read;
      if (read === undefined) continue;
      try {
        const left = read(readPlain(join(folder, name)), randomInt(2 ** 32));
        mergeProfile(profile, left.profile);
        warnings.push(left.warnings);
        outlived.push(...(left.outlived ?? []));
      } catch (error) {
        skipped.push(`${name}: these stacks are left out, ${systemReason(error)}`);
      }
    }
  }
  if (warnings.length === 0 && skipped.length === 0) return null;
  return { profile, warnings, outlived, skipped };
}

interface OneLeft {
  readonly profile: StackProfile;
  readonly warnings: string[];
  readonly outlived?: readonly Outlived[];
}

/** What processes leave, by the end of its name. */
const READERS: readonly { readonly suffix: string; readonly read: (bytes: Buffer, seed: number) => OneLeft }[] = [
  {
    suffix: KEPT_SUFFIX,
    read: (bytes, seed) => {
      const { profile, account } = readKept(bytes.toString(), seed);
      return { profile, warnings: samplingWarnings(account) };
    },
  },
  {
    suffix: SITES_SUFFIX,
    read: (bytes, seed) => {
      const { profile, missed, outlived } = readSites(bytes, seed);
      return {
        profile,
        outlived,
        warnings: missed === 0 ? [] : [formatWarning('native stacks for which there was no room', missed)],
      };
    },
  },
];

/** A report with what there is to say about the stacks beside it. */
export function withSampling(report: Report, stacks: LeftStacks | null): Report {
  if (stacks === null) return report;
  const { warnings, skipped } = stacks;
  const unread = skipped.length === 0 ? [] : [[formatWarning('stack profiles that could not be read', skipped.length)]];
  return { ...report, warnings: mergeWarnings([report.warnings, ...warnings, ...unread]) };
}
