import { InvalidArgumentError, Option } from 'commander';
import { oneOf } from '../model/errors.js';
import {
  ATTRIBUTIONS,
  type Attribution,
  COLLECTS,
  type Collect,
  HIGHEST_STACKS_HZ,
  MEASURES,
  type Measure,
  RSS_PEAKS,
  type RssPeak,
  STACKS,
  type Stacks,
  type StageProfilerOptions,
} from '../model/options.js';
import { UsageError } from '../model/usage-error.js';
import type { Tracking } from '../preload/child-environment.js';

/** With less, the stacks take more time than the program. */
const LEAST_STACKS_BYTES = 1024;
const HIGHEST_STACKS_BYTES = 2 ** 40;

/** The flags that all commands which profile have. */
export interface MeasuringFlags {
  readonly measure?: readonly Measure[];
  readonly collect?: Collect;
  readonly rssPeak?: RssPeak;
  readonly sharedSamples?: boolean;
  readonly attribution?: Attribution;
  readonly stacks?: readonly Stacks[];
  readonly stacksHz?: number;
  readonly stacksBytes?: number;
}

/** The flags of a command that only profiles with --profile. */
export interface ProfilerFlags extends MeasuringFlags {
  readonly profile?: true;
}

export function profilerFlags(): Option[] {
  return [
    new Option('--profile', 'measure the stages: a "profile" in each record, and the table of all inputs at the end'),
    ...measuringFlags(),
  ];
}

export function measuringFlags(): Option[] {
  return [
    new Option(
      '--measure <list>',
      `what to read at the ends of a stage, from ${MEASURES.join(',')} (default: all)`,
    ).argParser(parseMeasures),
    new Option('--collect <when>', 'force full collections, so that js_kb_retained is exact (default: none)').choices(
      COLLECTS,
    ),
    new Option(
      '--rss-peak <how>',
      'reset: exact for every stage, but lowers what time -v shows (default: lifetime)',
    ).choices(RSS_PEAKS),
    new Option('--no-shared-samples', 'read everything anew also for a stage that begins just after another boundary'),
    new Option(
      '--attribution <how>',
      'exact: what a JS thread uses is charged to the stage that runs, also where stages overlap (default: boundary)',
    ).choices(ATTRIBUTIONS),
    new Option(
      '--stacks <list>',
      `sample call stacks by stage, from ${STACKS.join(',')}; see docs/stacks.md`,
    ).argParser(parseStacks),
    new Option('--stacks-hz <n>', 'samples a second of each thread (default: 100)').argParser(parseHz),
    new Option(
      '--stacks-bytes <n>',
      'native bytes a sample; blocks of as many or more are all taken (default: 524288)',
    ).argParser(parseBytes),
  ];
}

/** The options of each input's profiler; undefined where nothing is profiled. */
export function profilerOptions({ profile, ...flags }: ProfilerFlags): StageProfilerOptions | undefined {
  if (profile === true) return measuringOptions(flags);
  const given = Object.entries({
    '--measure': flags.measure,
    '--collect': flags.collect,
    '--rss-peak': flags.rssPeak,
    '--no-shared-samples': flags.sharedSamples === false ? false : undefined,
    '--attribution': flags.attribution,
    '--stacks': flags.stacks,
    '--stacks-hz': flags.stacksHz,
    '--stacks-bytes': flags.stacksBytes,
  });
  for (const [flag, value] of given) {
    if (value !== undefined) throw needsProfile(flag);
  }
  return undefined;
}

export function needsProfile(flag: string): UsageError {
  return new UsageError(`${flag} needs --profile beside it`);
}

/** The given flags as options of a profiler. */
export function measuringOptions(flags: MeasuringFlags): StageProfilerOptions {
  const { measure, collect, rssPeak, sharedSamples, attribution, stacks, stacksHz, stacksBytes } = flags;
  if (stacksHz !== undefined && !has(stacks, 'cpu')) throw new UsageError('--stacks-hz needs --stacks cpu beside it');
  if (stacksBytes !== undefined && !has(stacks, 'native')) {
    throw new UsageError('--stacks-bytes needs --stacks native beside it');
  }
  return {
    ...(measure === undefined ? {} : { measure }),
    ...(collect === undefined ? {} : { collect }),
    ...(rssPeak === undefined ? {} : { rssPeak }),
    ...(sharedSamples === false ? { sharedSamples } : {}),
    ...(attribution === undefined ? {} : { attribution }),
    ...(stacks === undefined ? {} : { stacks }),
    ...(stacksHz === undefined ? {} : { stacksHz }),
  };
}

/** What the tracker is to do by the given flags. */
export function trackingOf({
  modules,
  stacks,
  stacksBytes,
}: Pick<MeasuringFlags, 'stacks' | 'stacksBytes'> & { readonly modules: boolean }): Tracking {
  return { modules, stacks: has(stacks, 'native') ? 'native' : has(stacks, 'cpu') ? 'cpu' : 'none', rate: stacksBytes };
}

function has(stacks: readonly Stacks[] | undefined, wanted: Stacks): boolean {
  return stacks?.includes(wanted) === true;
}

function parseMeasures(list: string): Measure[] {
  return list.split(',').map((name) => {
    const measure = MEASURES.find((candidate) => candidate === name.trim());
    if (measure === undefined) throw new InvalidArgumentError(`It has to be a list of ${oneOf(MEASURES)}.`);
    return measure;
  });
}

function parseStacks(list: string): Stacks[] {
  return list.split(',').map((name) => {
    const stacks = STACKS.find((candidate) => candidate === name.trim());
    if (stacks === undefined) throw new InvalidArgumentError(`It has to be a list of ${oneOf(STACKS)}.`);
    return stacks;
  });
}

function parseBytes(text: string): number {
  const bytes = Number(text);
  if (/^\d+$/.test(text) && bytes >= LEAST_STACKS_BYTES && bytes <= HIGHEST_STACKS_BYTES) return bytes;
  throw new InvalidArgumentError(`It has to be a whole number from ${LEAST_STACKS_BYTES} to ${HIGHEST_STACKS_BYTES}.`);
}

function parseHz(text: string): number {
  const hz = Number(text);
  if (/^\d+$/.test(text) && hz >= 1 && hz <= HIGHEST_STACKS_HZ) return hz;
  throw new InvalidArgumentError(`It has to be a whole number from 1 to ${HIGHEST_STACKS_HZ}.`);
}
