import { FRAME_FLAGS, FRAME_KINDS } from './frame.js';
import { type SampleType, sampleTypeIndex } from './sample-types.js';
import type { SamplingAccount } from './sampling-messages.js';
import { StackProfile } from './stack-profile.js';
import { NO_STACK } from './stack-table.js';

/** What a process keeps of its stacks for the command that has started it: a profile, and how the sampling went. */
export interface KeptStacks {
  readonly profile: StackProfile;
  readonly account: SamplingAccount;
}

export const KEPT_SUFFIX = '.stacks';

/** Numbers of one table after another, each of which refers to the tables before it by numbers from 1. */
interface KeptFile {
  readonly account: SamplingAccount;
  readonly types: readonly SampleType[];
  readonly strings: readonly string[];
  readonly frames: readonly number[];
  readonly stacks: readonly number[];
  readonly rows: readonly number[];
}

const FRAME_TEXTS = ['name', 'file', 'module', 'buildId'] as const;
const FRAME_NUMBERS = ['line', 'column', 'startLine', 'offset'] as const;
const FRAME_WIDTH = 2 + FRAME_TEXTS.length + FRAME_NUMBERS.length;
const STACK_WIDTH = 2;
const ROW_KEY_WIDTH = 3;

/**
 * The tables of a profile as they are, in JSON. A file of pprof takes ten times the CPU, because it has all frames of each
 * stack; this is written while the program runs.
 *
 * Used by the sampling thread only.
 */
export function keptText({ profile, account }: KeptStacks): string {
  const { strings, frames, stacks, rows, measuredTypes: types } = profile;
  const file = {
    account,
    types,
    strings: [] as string[],
    frames: [] as number[],
    stacks: [] as number[],
    rows: [] as number[],
  };
  for (let id = 1; id <= frames.length; id++) {
    const frame = frames.get(id);
    const flags = FRAME_FLAGS.reduce((bits, flag, index) => bits + (frame[flag] ? 2 ** index : 0), 0);
    file.frames.push(FRAME_KINDS.indexOf(frame.kind), flags);
    for (const member of FRAME_TEXTS) file.frames.push(strings.find(frame[member]) ?? 0);
    for (const member of FRAME_NUMBERS) file.frames.push(frame[member]);
  }
  for (let id = 1; id <= stacks.length; id++) file.stacks.push(stacks.prefix(id), stacks.frame(id));
  for (let id = 1; id <= rows.length; id++) {
    file.rows.push(rows.stage(id), rows.thread(id), rows.stack(id));
    for (const type of types) file.rows.push(profile.value(id, type));
  }
  for (let id = 1; id < strings.length; id++) file.strings.push(strings.get(id));
  return JSON.stringify(file);
}

/**
 * Reads what `keptText` has written. The program could have changed it.
 *
 * @param seed see `KeyTable`
 * @throws {Error} if it is damaged
 */
export function readKept(text: string, seed: number): KeptStacks {
  const file = JSON.parse(text) as KeptFile;
  if (!isKeptFile(file)) throw new Error('they are damaged');
  const { account, types, strings } = file;
  const profile = new StackProfile(undefined, seed);
  for (const type of types) profile.measure(type);
  const textAt = (id: number): string => (id === 0 ? '' : known(strings[id - 1]));
  // Frames are numbered from 1, and there is no stack on no frame.
  const frames: (number | undefined)[] = [undefined];
  for (const [kind, flags, ...rest] of inRows(file.frames, FRAME_WIDTH)) {
    const frame: Record<string, string | number | boolean> = { kind: known(FRAME_KINDS[kind!]) };
    FRAME_FLAGS.forEach((flag, index) => {
      frame[flag] = Math.floor(flags! / 2 ** index) % 2 === 1;
    });
    FRAME_TEXTS.forEach((member, index) => {
      frame[member] = textAt(rest[index]!);
    });
    FRAME_NUMBERS.forEach((member, index) => {
      frame[member] = rest[FRAME_TEXTS.length + index]!;
    });
    frames.push(profile.frames.intern(frame as never));
  }
  const stacks = [NO_STACK];
  for (const [prefix, frame] of inRows(file.stacks, STACK_WIDTH)) {
    stacks.push(profile.stacks.intern(known(stacks[prefix!]), known(frames[frame!])));
  }
  for (const [stage, thread, stack, ...values] of inRows(file.rows, ROW_KEY_WIDTH + types.length)) {
    const row = profile.row(textAt(stage!), textAt(thread!), known(stacks[stack!]));
    types.forEach((type, index) => {
      profile.add(row, type, values[index]!);
    });
  }
  return { profile, account };
}

function isKeptFile(file: KeptFile | null): boolean {
  if (typeof file !== 'object' || file === null) return false;
  const { account, types, strings, frames, stacks, rows } = file;
  const areNumbers = [frames, stacks, rows].every((numbers) => isListOf(numbers, isCount));
  const areTypes = isListOf(types, (type) => Object.hasOwn(sampleTypeIndex, type));
  return areNumbers && areTypes && isListOf(strings, (text) => typeof text === 'string') && isAccount(account);
}

function isAccount(account: SamplingAccount | null): boolean {
  if (typeof account !== 'object' || account === null) return false;
  const { hz, samples, startPauseMs, warnings, missing } = account;
  return (
    isCount(hz) &&
    isCount(samples) &&
    (startPauseMs === null || Number.isFinite(startPauseMs)) &&
    (missing === null || typeof missing === 'string') &&
    isListOf(warnings, (warning) => typeof warning?.text === 'string' && isCount(warning.count))
  );
}

function isListOf<T>(list: readonly T[] | undefined, isRight: (entry: T) => boolean): boolean {
  return Array.isArray(list) && list.every(isRight);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('they are damaged');
  return value;
}

function* inRows(numbers: readonly number[], width: number): Generator<readonly number[]> {
  if (numbers.length % width !== 0) throw new Error('they are damaged');
  for (let at = 0; at < numbers.length; at += width) yield numbers.slice(at, at + width);
}
