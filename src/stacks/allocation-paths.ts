import { Array, Map, Number } from '../host/intrinsics.js';
import type { Frame } from './frame.js';
import type { SampleType } from './sample-types.js';
import type { StackProfile } from './stack-profile.js';
import { NO_STACK } from './stack-table.js';

/** What of native memory a path is weighed by: the blocks and their bytes. */
export const ALLOCATION_TYPES = {
  live: { bytes: 'live_space', blocks: 'live_objects' },
  peak: { bytes: 'peak_space', blocks: null },
  alloc: { bytes: 'alloc_space', blocks: 'alloc_objects' },
} as const satisfies Readonly<Record<string, { bytes: SampleType; blocks: SampleType | null }>>;

export type AllocationType = keyof typeof ALLOCATION_TYPES;

/** Who asked for native memory, as a person reads it: the function that allocates, and the JS functions that led to it. */
export interface AllocationPath {
  /** The innermost first. */
  readonly frames: readonly Frame[];
  bytes: number;
  /** NaN where blocks are not counted. */
  blocks: number;
  /** The square of the standard error of `bytes`, at most. */
  variance: number;
}

export interface StageAllocations {
  readonly stage: string;
  readonly bytes: number;
  readonly paths: readonly AllocationPath[];
}

const MOST_JS = 2;
const MOST_NATIVE = 2;
/** Neither node nor its library. */
const ADDON = /^(?!.*libnode\.).*\.(node|so)(\.[\d.]+)?$/;
/** They allocate for whoever calls them. */
const LIBRARIES = /(^|\/)(libc|libstdc\+\+|libgcc_s|ld-linux[^/]*|libpthread|libm)[.-][^/]*$/;

/** The native memory of each stage by path, the stages and the paths with the most bytes first. */
export function allocationPaths(profile: StackProfile, type: AllocationType): StageAllocations[] {
  const { rows, strings } = profile;
  const types: { readonly bytes: SampleType; readonly blocks: SampleType | null } = ALLOCATION_TYPES[type];
  const stages = new Map<string, StageSum>();
  for (let row = 1; row <= rows.length; row++) {
    const bytes = profile.value(row, types.bytes);
    if (bytes === 0) continue;
    const stage = strings.get(rows.stage(row));
    const sum: StageSum = stages.get(stage) ?? { bytes: 0, paths: new Map() };
    stages.set(stage, sum);
    sum.bytes += bytes;
    const frames = toldPath(profile, rows.stack(row));
    const key = frames.map(keyOf).join('\n');
    const path = sum.paths.get(key) ?? { frames, bytes: 0, blocks: 0, variance: 0 };
    sum.paths.set(key, path);
    path.bytes += bytes;
    const blocks = types.blocks === null ? Number.NaN : profile.value(row, types.blocks);
    path.blocks += blocks;
    path.variance += varianceOf(bytes, blocks, profile.nativeRate);
  }
  return Array.from(stages, ([stage, { bytes, paths }]) => ({
    stage,
    bytes,
    paths: Array.from(paths.values()).sort(byBytes),
  })).sort(byBytes);
}

/**
 * The variance of the bytes of one stack, at most. Blocks of the rate or more are exact. Of smaller ones each sampling point stands for `rate`
 * bytes, so the variance of a sum of `bytes` is at most their product. Where blocks are not counted, none is taken to be exact.
 *
 * @param rate bytes between two points of the sample, on average; 0 where it is not known
 */
function varianceOf(bytes: number, blocks: number, rate: number): number {
  return bytes >= rate * blocks ? 0 : bytes * rate;
}

interface StageSum {
  bytes: number;
  readonly paths: Map<string, AllocationPath>;
}

function byBytes(a: { readonly bytes: number }, b: { readonly bytes: number }): number {
  return b.bytes - a.bytes;
}

/** Frames with the same key are told as the same. */
function keyOf({ name, module, file, startLine, inherited }: Frame): string {
  return [name, module, file, startLine, inherited].join('\0');
}

/**
 * The innermost function, the first of its callers that is in another module, and the JS functions that led to it.
 *
 * @param innermost if it is not part of the stack
 */
export function toldPath({ stacks, frames }: StackProfile, stack: number, innermost: readonly Frame[] = []): Frame[] {
  const path: Frame[] = [...innermost];
  const js: Frame[] = [];
  for (let at = stack; at !== NO_STACK; at = stacks.prefix(at)) {
    const frame = frames.get(stacks.frame(at));
    if (frame.kind === 'js') {
      if (!frame.file.startsWith('node:') && frame.file !== '') js.push(frame);
    } else if (frame.kind === 'native' && js.length === 0 && !frame.inherited && isTold(frame, path)) path.push(frame);
  }
  path.push(...toldJs(js));
  return path.length > 0 || stack === NO_STACK ? path : [frames.get(stacks.frame(stack))];
}

/** The function of a package that the program has called, and its caller; where no package is in between, the innermost two. */
function toldJs(js: readonly Frame[]): readonly Frame[] {
  const first = Math.max(0, js.findIndex(({ file }) => !file.includes('/node_modules/')) - 1);
  return js.slice(first, first + MOST_JS);
}

/** One function of each module, and of the program itself only where it allocates: between JS and an addon it has a dozen. */
function isTold({ module }: Frame, path: readonly Frame[]): boolean {
  if (LIBRARIES.test(module)) return false;
  const last = path.at(-1);
  if (last === undefined) return true;
  return last.module !== module && path.length < MOST_NATIVE && ADDON.test(module);
}
