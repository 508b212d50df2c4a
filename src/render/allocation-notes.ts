import { Math, Number } from '../host/intrinsics.js';
import { installedName, moduleName } from '../model/module-name.js';
import { OUTSIDE } from '../report/outside-row.js';
import { type AllocationPath, type AllocationType, allocationPaths } from '../stacks/allocation-paths.js';
import type { Frame } from '../stacks/frame.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { escapeControls } from '../text/escape.js';
import { counted, inline, size } from '../text/format.js';
import { textWidth } from '../text/text-width.js';
import type { Note } from './notes.js';

const MOST_STAGES = 6;
const MOST_PATHS = 2;
/** What has less than this part of all bytes, or of the bytes of its stage, is not worth a line; nor is less than a MiB. */
const WORTH_A_LINE = 0.03;
const WORTH_A_PATH = 0.1;
const LEAST_BYTES = 2 ** 20;
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
  const notes = allocationsIn(profile, 'live');
  const isHigher = bytesOf(profile, 'peak') > TOLD_PEAK * bytesOf(profile, 'live');
  return isHigher ? [...notes, ...allocationsIn(profile, 'peak')] : notes;
}

function bytesOf(profile: StackProfile, type: AllocationType): number {
  return allocationPaths(profile, type).reduce((sum, { bytes }) => sum + bytes, 0);
}

function allocationsIn(profile: StackProfile, type: AllocationType): Note[] {
  const stages = allocationPaths(profile, type);
  const least = Math.max(LEAST_BYTES, WORTH_A_LINE * stages.reduce((sum, { bytes }) => sum + bytes, 0));
  const told = stages.filter(({ bytes }) => bytes >= least).slice(0, MOST_STAGES);
  const lines = told.flatMap(({ stage, bytes, paths }) =>
    paths
      .filter((path, index) => index === 0 || path.bytes >= Math.max(LEAST_BYTES, WORTH_A_PATH * bytes))
      .slice(0, MOST_PATHS)
      .map((path) => ({
        name: stage === '' ? OUTSIDE : escapeControls(stage),
        amount: amountText(path, profile.nativeRate),
        text: pathText(path),
      })),
  );
  const width = Math.max(0, ...lines.map(({ name }) => textWidth(name)));
  const amounts = Math.max(0, ...lines.map(({ amount }) => amount.length));
  return lines.map(({ name, amount, text }) => ({
    key: type,
    text: `${name}${' '.repeat(width - textWidth(name))}  ${amount.padEnd(amounts)}  ${text}`,
  }));
}

/**
 * Blocks of the rate or more are exact. Of smaller ones, each sampling point stands for `rate` bytes: the standard error of a
 * sum of `bytes` is at most the root of their product.
 */
function amountText({ bytes, blocks }: AllocationPath, rate: number): string {
  const isExact = rate === 0 || bytes >= rate * blocks;
  const error = isExact || Number.isNaN(blocks) ? '' : ` ± ${kib(Math.sqrt(bytes * rate))}`;
  const count = Number.isNaN(blocks) ? '' : ` in ${isExact ? '' : 'about '}${counted(Math.round(blocks), 'block')}`;
  return `${kib(bytes)}${error}${count}`;
}

function kib(bytes: number): string {
  return inline(size(bytes / 1024));
}

function pathText({ frames }: AllocationPath): string {
  const queueing = frames.findIndex(({ inherited }) => inherited);
  return frames.map((frame, index) => `${index === queueing ? '(work of) ' : ''}${placed(frame)}`).join(' < ');
}

/** A function and where it is: the script and the line, or the module. */
function placed({ name, file, startLine, line, module, guessed }: Frame): string {
  const shown = name === '' ? '' : escapeControls(functionName(name));
  const place =
    file === '' ? installedName(moduleName(module)) : `${file.slice(file.lastIndexOf('/') + 1)}:${startLine || line}`;
  return `${shown === '' ? '' : `${shown} `}${module === '' && file === '' ? '' : escapeControls(place)}${guessed ? '?' : ''}`.trim();
}

/** Without the types of the arguments and of templates, which take lines in C++. */
function functionName(name: string): string {
  let depth = 0;
  let short = '';
  for (let at = 0; at < name.length; at++) {
    const rest = name.slice(at);
    if (depth === 0 && rest.startsWith('(anonymous')) {
      const end = name.indexOf(')', at);
      short += name.slice(at, end + 1);
      at = end;
    } else if (depth === 0 && rest.startsWith('operator') && !/\w/.test(short.at(-1) ?? '')) {
      const operator = /^operator\W*/.exec(rest)![0];
      short += operator.replace(/\($/, '');
      at += operator.replace(/\($/, '').length - 1;
    } else if (name[at] === '<' || name[at] === '(') depth++;
    else if (name[at] === '>' || name[at] === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) short += name[at];
  }
  return short.replace(/ const$/, '').trim() || name;
}
