import { Math } from '../host/intrinsics.js';
import { OUTSIDE } from '../report/outside-row.js';
import { toldPath } from '../stacks/allocation-paths.js';
import { type Frame, OWN_NAME } from '../stacks/frame.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import {
  LEAST_SAMPLES,
  type StageCpu,
  type StageFunction,
  shareError,
  stageFunctions,
} from '../stacks/stage-functions.js';
import { type AmountLine, amountLines } from '../text/amount-lines.js';
import { baseName } from '../text/base-name.js';
import { escapeControls } from '../text/escape.js';
import { counted, duration, inline } from '../text/format.js';
import { pathText as allocationPathText } from './allocation-notes.js';
import type { Note } from './notes.js';

/** So many stages are told, those with the most CPU, and so many of the heaviest functions of each. */
const MOST_STAGES = 6;
const MOST_FUNCTIONS = 2;
/** What has less than this part of all CPU, or of the CPU of its stage, is not worth a line. */
const WORTH_A_STAGE = 0.03;
const WORTH_A_FUNCTION = 0.1;
/** A line with more than this part of its stage is named. */
const WORTH_A_LINE = 0.2;
const MOST_CALLERS = 2;

/** The heaviest functions of the stages that have the most CPU, each with its callers, in one line. */
export function stackNotes(profile: StackProfile): Note[] {
  const stages = stageFunctions(profile).filter(({ cpuNs }) => cpuNs > 0);
  const total = stages.reduce((sum, { cpuNs }) => sum + cpuNs, 0);
  const told = stages
    .filter(({ cpuNs }) => cpuNs >= WORTH_A_STAGE * total)
    .toSorted((a, b) => b.cpuNs - a.cpuNs)
    .slice(0, MOST_STAGES);
  const lines = told.flatMap((stage) => stageLines(profile, stage));
  return amountLines(lines, 'right').map((text) => ({ key: 'cpu', text }));
}

function stageLines(profile: StackProfile, { stage, cpuNs, samples, functions }: StageCpu): AmountLine[] {
  const name = stage === '' ? OUTSIDE : escapeControls(stage);
  const whole = inline(duration(cpuNs / 1e9));
  if (samples < LEAST_SAMPLES) {
    return [{ name, amount: whole, text: `${counted(samples, 'sample')}: too few for shares` }];
  }
  return heaviestOf([...functions.values()], cpuNs).map((found) => {
    const share = found.cpuNs / cpuNs;
    return { name, amount: `${shareText(share, samples)} of ${whole}`, text: pathText(profile, found, cpuNs) };
  });
}

/**
 * The heaviest, and a second if it is worth a line. A state of V8 says little alone: the heaviest function follows it, however
 * small its share.
 */
function heaviestOf(functions: readonly StageFunction[], stageNs: number): StageFunction[] {
  const ranked = functions.toSorted((a, b) => b.cpuNs - a.cpuNs);
  const told = ranked.filter((found, index) => index === 0 || found.cpuNs >= WORTH_A_FUNCTION * stageNs);
  const shown = told.slice(0, MOST_FUNCTIONS);
  if (shown.some(isFunction)) return shown;
  const heaviest = ranked.find(isFunction);
  return heaviest === undefined ? shown : [...shown, heaviest];
}

function isFunction({ frame }: StageFunction): boolean {
  return frame.kind !== 'vm';
}

/** A share of samples, with the standard error of a share that was counted. */
export function shareText(share: number, samples: number): string {
  return `${Math.round(share * 100)} % ± ${Math.max(1, Math.round(shareError(share, samples) * 100))}`;
}

function pathText(profile: StackProfile, found: StageFunction, stageNs: number): string {
  const { frame, cpuNs, lines, callers } = found;
  if (frame.kind === 'native') return nativeText(profile, found);
  const [line, ofLine] = highest(lines) ?? [0, 0];
  const isHot = line !== 0 && line !== frame.startLine && ofLine > WORTH_A_LINE * stageNs && ofLine < cpuNs;
  const told = isHot ? ` (${Math.round((100 * ofLine) / stageNs)} % in line ${line})` : '';
  return [`${placed(frame)}${told}`, ...callersOf(profile, highest(callers)?.[0] ?? 0, frame)].join(' < ');
}

/** A function, and right of it those that called it most. */
export function calledText(profile: StackProfile, found: StageFunction): string {
  const { frame, callers } = found;
  if (frame.kind === 'native') return nativeText(profile, found);
  return [placed(frame), ...callersOf(profile, highest(callers)?.[0] ?? 0, frame)].join(' < ');
}

/** What an addon does on other threads has few names, so that its modules and the JS that has queued it are told. */
function nativeText(profile: StackProfile, { frame, callers }: StageFunction): string {
  return allocationPathText({ frames: toldPath(profile, highest(callers)?.[0] ?? 0, [frame]) });
}

/** The nearest callers by name, without those that call themselves. */
function callersOf({ stacks, frames }: StackProfile, stack: number, callee: Frame): string[] {
  const callers: Frame[] = [];
  let last = callee;
  for (let at = stack; at !== 0 && callers.length < MOST_CALLERS; at = stacks.prefix(at)) {
    const frame = frames.get(stacks.frame(at));
    if (frame.file.startsWith('node:internal/modules')) break;
    if (frame.kind === 'vm' && frame.name === OWN_NAME) continue;
    // It calls what it is given, as node does for each module.
    if (frame.name === '(native)') continue;
    if (frame.name === last.name && frame.file === last.file) continue;
    callers.push(frame);
    last = frame;
  }
  return callers.map(placed);
}

function placed({ name, file, line, startLine }: Frame): string {
  const shown = escapeControls(name === '' ? '(unknown)' : name);
  if (file === '') return shown;
  const base = escapeControls(baseName(file));
  return `${shown} ${base}:${startLine || line}`;
}

function highest(values: ReadonlyMap<number, number>): [number, number] | undefined {
  return [...values].reduce<[number, number] | undefined>(
    (most, entry) => (most === undefined || entry[1] > most[1] ? entry : most),
    undefined,
  );
}
