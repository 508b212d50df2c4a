import { Array, Number, Object, Set } from '../host/intrinsics.js';
import { oneOf, optionError, optionsError, unknownOptionError } from './errors.js';
import type { SamplerOptions } from './sampler.js';

export const MEASURES = ['cpu', 'rss', 'js', 'native', 'io'] as const;
export const ATTRIBUTIONS = ['boundary', 'exact'] as const;
export const COLLECTS = ['none', 'outermost', 'every'] as const;
export const RSS_PEAKS = ['lifetime', 'reset'] as const;
export const STACKS = ['cpu', 'native'] as const;

export type Measure = (typeof MEASURES)[number];
export type Attribution = (typeof ATTRIBUTIONS)[number];
export type Collect = (typeof COLLECTS)[number];
export type RssPeak = (typeof RSS_PEAKS)[number];
export type Stacks = (typeof STACKS)[number];

export interface StageProfilerOptions {
  /** What to read at the ends of each call; time is always on. Default: all. */
  readonly measure?: readonly Measure[];
  /**
   * `boundary`: a stage is charged the deltas between the two ends of its calls. `exact`: what was used while its own
   * code ran.
   */
  readonly attribution?: Attribution;
  /** Force a full collection at these boundaries, so that `js_kb_retained` is exact. Default: `none`. */
  readonly collect?: Collect;
  /** `reset` gives the RSS peak of every call, but lowers what `/usr/bin/time` shows. Default: `lifetime`. */
  readonly rssPeak?: RssPeak;
  /**
   * A stage that is entered just after another boundary, such as the first child of a stage, takes over from that boundary
   * what is slow to read: the resident set, and what getrusage tells. Clocks, the JS heap and what the tracker counts are
   * always read. "Just after" is less time than such a boundary takes, and at most 10 us. Default: true.
   */
  readonly sharedSamples?: boolean;
  /** New labels past this number fold into their parent's `(other)`. An integer from 1 to 65,536; default 4096. */
  readonly maxLabels?: number;
  /** Adds `threads` to the report: CPU by group of threads. Default: false. */
  readonly threads?: boolean;
  /**
   * What call stacks to sample, by stage: `cpu` for those of all JS threads of the process, `native` for who allocates native
   * memory, which needs the preloaded tracker. Default: none.
   */
  readonly stacks?: readonly Stacks[];
  /** Samples of CPU stacks a second, of each thread. An integer from 1 to 1,000; default 100. */
  readonly stacksHz?: number;
  /**
   * A file that outlives the process, which `stageprof postmortem` and `watch` read: a path where there is no file yet,
   * or `true` for a file in the folder of recorders. It is removed when the profiler is closed, unless `keep` is set.
   */
  readonly recorder?: string | true | RecorderOption;
}

export interface RecorderOption {
  /** Default: a file in the folder of recorders. */
  readonly path?: string;
  /** Leave the file when the profiler is closed. Default: false. */
  readonly keep?: boolean;
  /**
   * @internal Folders for the file, in this order and under the same name, for when the folder of `path` has no room.
   */
  readonly fallbacks?: readonly string[];
  /** @internal Room for the last moments alone: a program may have hundreds of threads with a recorder each. */
  readonly small?: boolean;
}

export interface RecorderChoice {
  /** Null for a file in the folder of recorders. */
  readonly path: string | null;
  readonly keep: boolean;
  /** Folders for when the folder of `path` has no room. */
  readonly fallbacks: readonly string[];
  readonly small: boolean;
}

/** The options with their defaults, validated. */
export interface ProfilerSettings {
  readonly sampler: SamplerOptions;
  readonly attribution: Attribution;
  readonly collect: Collect;
  readonly maxLabels: number;
  readonly threads: boolean;
  /** Null where no CPU stacks are sampled. */
  readonly cpuStacks: { readonly hz: number } | null;
  readonly nativeStacks: boolean;
  readonly recorder: RecorderChoice | null;
}

const DEFAULT_STACKS_HZ = 100;
export const HIGHEST_STACKS_HZ = 1000;

const DEFAULT_MAX_LABELS = 4096;
/** A label takes some 1.7 KB. */
const LARGEST_MAX_LABELS = 65_536;

const OPTION_NAMES = [
  'measure',
  'attribution',
  'collect',
  'rssPeak',
  'sharedSamples',
  'maxLabels',
  'threads',
  'stacks',
  'stacksHz',
  'recorder',
] as const;

/** @throws {TypeError} `ERR_STAGEPROF_OPTION`, naming what is allowed, for an unknown option or value */
export function resolveOptions(given: StageProfilerOptions): ProfilerSettings {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw optionsError(given);
  const options = ownMembers(given);
  for (const name of Object.keys(options)) {
    if (!(OPTION_NAMES as readonly string[]).includes(name)) throw unknownOptionError(name, OPTION_NAMES);
  }
  const measured = resolveMeasure(options.measure);
  const collect = choice('collect', COLLECTS, options.collect);
  const sharedSamples = flag('sharedSamples', options.sharedSamples) ?? true;
  return {
    sampler: {
      cpu: measured.has('cpu'),
      rss: measured.has('rss'),
      js: measured.has('js'),
      native: measured.has('native'),
      io: measured.has('io'),
      rssPeak: choice('rssPeak', RSS_PEAKS, options.rssPeak),
      // The cost of a forced collection is taken out of whole samples.
      sharedSamples: sharedSamples && collect === 'none',
    },
    attribution: choice('attribution', ATTRIBUTIONS, options.attribution),
    collect,
    maxLabels: resolveMaxLabels(options.maxLabels),
    threads: flag('threads', options.threads) ?? false,
    ...resolveStacks(options.stacks, options.stacksHz),
    recorder: resolveRecorder(options.recorder),
  };
}

/** Without the members that a program may have given all objects: they are no options. */
function ownMembers<T extends object>(given: T): T {
  return { __proto__: null, ...given };
}

/** The first of `allowed` is the default. */
function choice<T extends string>(name: string, allowed: readonly [T, ...T[]], value: T | undefined): T {
  if (value === undefined) return allowed[0];
  if (!allowed.includes(value)) throw optionError(name, oneOf(allowed), value);
  return value;
}

function resolveMeasure(measure: readonly Measure[] | undefined): ReadonlySet<Measure> {
  if (measure === undefined) return new Set(MEASURES);
  if (!Array.isArray(measure)) throw optionError('measure', `an array of ${oneOf(MEASURES)}`, measure);
  for (const value of measure) {
    if (!MEASURES.includes(value)) throw optionError('measure', `an array of ${oneOf(MEASURES)}`, value);
  }
  return new Set(measure);
}

function resolveStacks(
  stacks: readonly Stacks[] = [],
  hz: number | undefined,
): Pick<ProfilerSettings, 'cpuStacks' | 'nativeStacks'> {
  if (hz !== undefined && (!Number.isInteger(hz) || hz < 1 || hz > HIGHEST_STACKS_HZ)) {
    throw optionError('stacksHz', `an integer from 1 to ${HIGHEST_STACKS_HZ}`, hz);
  }
  if (!Array.isArray(stacks)) throw optionError('stacks', `an array of ${oneOf(STACKS)}`, stacks);
  for (const value of stacks) {
    if (!STACKS.includes(value)) throw optionError('stacks', `an array of ${oneOf(STACKS)}`, value);
  }
  return {
    cpuStacks: stacks.includes('cpu') ? { hz: hz ?? DEFAULT_STACKS_HZ } : null,
    nativeStacks: stacks.includes('native'),
  };
}

function flag(name: string, value: boolean | undefined): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') throw optionError(name, 'true or false', value);
  return value;
}

function resolveMaxLabels(value: number | undefined): number {
  if (value === undefined) return DEFAULT_MAX_LABELS;
  if (!Number.isInteger(value) || value < 1 || value > LARGEST_MAX_LABELS) {
    throw optionError('maxLabels', `an integer from 1 to ${LARGEST_MAX_LABELS}`, value);
  }
  return value;
}

const RECORDER_MEMBERS: ReadonlySet<string> = new Set(['path', 'keep', 'fallbacks', 'small']);

const RECORDER = 'a path, true, or an object of "path" and "keep"';

function resolveRecorder(value: StageProfilerOptions['recorder']): RecorderChoice | null {
  if (value === undefined) return null;
  if (value === true) return { path: null, keep: false, fallbacks: [], small: false };
  if (typeof value === 'string') return { path: pathOf(value), keep: false, fallbacks: [], small: false };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw optionError('recorder', RECORDER, value);
  for (const name of Object.keys(value)) {
    if (!RECORDER_MEMBERS.has(name)) throw unknownOptionError(`recorder.${name}`, ['recorder.path', 'recorder.keep']);
  }
  const { path, keep = false, fallbacks = [], small = false } = ownMembers(value);
  if (typeof keep !== 'boolean') throw optionError('recorder.keep', 'true or false', keep);
  if (!Array.isArray(fallbacks)) throw optionError('recorder.fallbacks', 'an array of paths', fallbacks);
  return {
    path: path === undefined ? null : pathOf(path),
    keep,
    fallbacks: fallbacks.map(pathOf),
    small: small === true,
  };
}

function pathOf(path: unknown): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) throw optionError('recorder', RECORDER, path);
  return path;
}
