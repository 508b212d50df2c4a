import { Math, Number } from '../host/intrinsics.js';
import { installedName, moduleName } from '../model/module-name.js';
import { OUTSIDE } from '../report/outside-row.js';
import {
  type AllocationPath,
  type AllocationType,
  allocationPaths,
  type StageAllocations,
} from '../stacks/allocation-paths.js';
import type { Frame } from '../stacks/frame.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { amountLines } from '../text/amount-lines.js';
import { baseName } from '../text/base-name.js';
import { escapeControls } from '../text/escape.js';
import { counted, inline, size } from '../text/format.js';
import { functionName } from '../text/function-name.js';
import type { Note } from './notes.js';

const MOST_STAGES = 6;
const MOST_PATHS = 2;
/** What has less than this part of all bytes, or of the bytes of its stage, is not worth a line; nor is less than a MiB. */
const WORTH_A_LINE = 0.03;
const WORTH_A_PATH = 0.1;
const LEAST_BYTES = 2 ** 20;
/** An estimate below so many of its standard errors says little. */
const LEAST_ERRORS = 2;
/** The peak is told where so much more was held then than at the end. */
const TOLD_PEAK = 1.5;

/** What of native memory was held where, for JSON. */
export interface LiveStack {
  readonly stage: string;
  readonly kb: number;
  readonly blocks: number;
  /** As the words below a table tell it. */
  readonly stack: string;
}

/** The heaviest, the heaviest first. */
export function liveStacks(profile: StackProfile, most: number): LiveStack[] {
  const found = allocationPaths(profile, 'live').flatMap(({ stage, paths }) =>
    paths.map((path) => ({
      stage,
      kb: Math.round(path.bytes / 1024),
      blocks: path.blocks,
      stack: pathText(path),
    })),
  );
  return found.sort((a, b) => b.kb - a.kb).slice(0, most);
}

/** Who holds native memory at the end, and who held it at the peak where that was much more. */
export function allocationNotes(profile: StackProfile): Note[] {
  const live = allocationPaths(profile, 'live');
  const peak = allocationPaths(profile, 'peak');
  const notes = linesOf('live', live);
  return bytesOf(peak) > TOLD_PEAK * bytesOf(live) ? [...notes, ...linesOf('peak', peak)] : notes;
}

function bytesOf(stages: readonly StageAllocations[]): number {
  return stages.reduce((sum, { bytes }) => sum + bytes, 0);
}

function linesOf(type: AllocationType, stages: readonly StageAllocations[]): Note[] {
  const least = Math.max(LEAST_BYTES, WORTH_A_LINE * bytesOf(stages));
  const told = stages.filter(({ bytes }) => bytes >= least).slice(0, MOST_STAGES);
  const lines = told.flatMap(({ stage, bytes, paths }) =>
    paths
      .slice(0, MOST_PATHS)
      .filter((path) => path.bytes >= Math.max(LEAST_BYTES, WORTH_A_PATH * bytes))
      .filter(({ bytes, variance }) => bytes >= LEAST_ERRORS * Math.sqrt(variance))
      .map((path) => ({
        name: stage === '' ? OUTSIDE : escapeControls(stage),
        amount: amountText(path),
        text: pathText(path),
      })),
  );
  return amountLines(lines, 'left').map((text) => ({ key: type, text }));
}

function amountText({ bytes, blocks, variance }: AllocationPath): string {
  if (Number.isNaN(blocks)) return kib(bytes);
  const [range, about] = variance === 0 ? ['', ''] : [` ± ${kib(Math.sqrt(variance))}`, 'about '];
  return `${kib(bytes)}${range} in ${about}${counted(Math.round(blocks), 'block')}`;
}

function kib(bytes: number): string {
  return inline(size(bytes / 1024));
}

/** The function that allocates, and right of it those that led to it. */
export function pathText({ frames }: Pick<AllocationPath, 'frames'>): string {
  const queueing = frames.findIndex(({ inherited }) => inherited);
  return frames.map((frame, index) => `${index === queueing ? '(work of) ' : ''}${placed(frame)}`).join(' < ');
}

/** A function and where it is: the script and the line, or the module. A guess is marked. */
function placed({ name, file, startLine, line, module, guessed }: Frame): string {
  const place = file === '' ? installedName(moduleName(module)) : `${baseName(file)}:${startLine || line}`;
  const isNowhere = file === '' && module === '';
  const words = [functionName(name), isNowhere ? '' : place].filter((word) => word !== '');
  return `${escapeControls(words.join(' '))}${guessed ? '?' : ''}`;
}
