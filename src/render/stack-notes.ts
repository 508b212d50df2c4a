import { Map, Math, Number, String } from '../host/intrinsics.js';
import { OUTSIDE } from '../report/outside-row.js';
import type { Frame } from '../stacks/frame.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { escapeControls } from '../text/escape.js';
import { counted, duration, inline } from '../text/format.js';
import type { Layout } from '../text/layout.js';
import { painter } from '../text/paint.js';
import { textWidth } from '../text/text-width.js';
import { noteLines } from './note-lines.js';
import type { Note } from './notes.js';

/** With fewer samples a share says nothing: its standard error would be above ten points. */
const LEAST_SAMPLES = 20;
/** So many stages are told, those with the most CPU, and so many of the heaviest functions of each. */
const MOST_STAGES = 6;
const MOST_FUNCTIONS = 2;
/** What has less than this part of all CPU, or of the CPU of its stage, is not worth a line. */
const WORTH_A_STAGE = 0.03;
const WORTH_A_FUNCTION = 0.1;
/** A line with more than this part of its stage is named. */
const WORTH_A_LINE = 0.2;
const MOST_CALLERS = 2;

/** Where the profiler calls the function of a stage. */
const STAGE_CALL = '/profiler/stage-profiler.js';

interface Heaviest {
  readonly frame: Frame;
  cpuNs: number;
  /** CPU by line that executes. */
  readonly lines: Map<number, number>;
  /** CPU by stack of the callers. */
  readonly callers: Map<number, number>;
}

interface StageCpu {
  readonly stage: string;
  cpuNs: number;
  samples: number;
  readonly functions: Map<string, Heaviest>;
}

/** The heaviest stacks in words; undefined where there are none. */
export function renderStacks(
  profile: StackProfile,
  { width = Number.POSITIVE_INFINITY, colour = false }: Layout = {},
): string | undefined {
  const notes = stackNotes(profile);
  return notes.length === 0 ? undefined : `${noteLines(notes, width, painter(colour)).join('\n')}\n`;
}

/** The heaviest functions of the stages that have the most CPU, each with its callers, in one line. */
export function stackNotes(profile: StackProfile): Note[] {
  const stages = stagesOf(profile).filter(({ cpuNs }) => cpuNs > 0);
  const total = stages.reduce((sum, { cpuNs }) => sum + cpuNs, 0);
  const told = stages
    .filter(({ cpuNs }) => cpuNs >= WORTH_A_STAGE * total)
    .toSorted((a, b) => b.cpuNs - a.cpuNs)
    .slice(0, MOST_STAGES);
  const lines = told.flatMap((stage) => stageLines(profile, stage));
  const width = Math.max(0, ...lines.map(({ name }) => textWidth(name)));
  const amounts = Math.max(0, ...lines.map(({ amount }) => amount.length));
  return lines.map(({ name, amount, text }) => {
    const padded = `${name}${' '.repeat(width - textWidth(name))}`;
    return { key: 'cpu', text: `${padded}  ${amount.padStart(amounts)}  ${text}` };
  });
}

/** The parts of a line that stand in columns. */
interface StackLine {
  readonly name: string;
  readonly amount: string;
  readonly text: string;
}

function stageLines(profile: StackProfile, { stage, cpuNs, samples, functions }: StageCpu): StackLine[] {
  const name = stage === '' ? OUTSIDE : escapeControls(stage);
  const whole = inline(duration(cpuNs / 1e9));
  if (samples < LEAST_SAMPLES) {
    return [{ name, amount: whole, text: `${counted(samples, 'sample')}: too few for shares` }];
  }
  const heaviest = [...functions.values()]
    .filter((found) => found.cpuNs >= WORTH_A_FUNCTION * cpuNs)
    .toSorted((a, b) => b.cpuNs - a.cpuNs)
    .slice(0, MOST_FUNCTIONS);
  return heaviest.map((found) => {
    const share = found.cpuNs / cpuNs;
    return { name, amount: `${shareText(share, samples)} of ${whole}`, text: pathText(profile, found, cpuNs) };
  });
}

/** A share of samples, with the standard error of a share that was counted. */
export function shareText(share: number, samples: number): string {
  const error = Math.sqrt((share * (1 - share)) / samples);
  return `${Math.round(share * 100)} % ± ${Math.max(1, Math.round(error * 100))}`;
}

function pathText(profile: StackProfile, { frame, cpuNs, lines, callers }: Heaviest, stageNs: number): string {
  const [line, ofLine] = highest(lines) ?? [0, 0];
  const isHot = line !== 0 && ofLine > WORTH_A_LINE * stageNs && ofLine < cpuNs;
  const told = isHot ? ` (${Math.round((100 * ofLine) / stageNs)} % in line ${line})` : '';
  return [`${placed(frame)}${told}`, ...callersOf(profile, highest(callers)?.[0] ?? 0, frame)].join(' < ');
}

/** The nearest callers by name, without those that call themselves. */
function callersOf({ stacks, frames }: StackProfile, stack: number, callee: Frame): string[] {
  const callers: Frame[] = [];
  let last = callee;
  for (let at = stack; at !== 0 && callers.length < MOST_CALLERS; at = stacks.prefix(at)) {
    const frame = frames.get(stacks.frame(at));
    if (frame.file.startsWith('node:internal/modules')) break;
    if (frame.file.endsWith(STAGE_CALL)) continue;
    if (frame.name === last.name && frame.file === last.file) continue;
    callers.push(frame);
    last = frame;
  }
  return callers.map(placed);
}

function placed({ name, file, line, startLine }: Frame): string {
  const shown = escapeControls(name === '' ? '(unknown)' : name);
  if (file === '') return shown;
  const base = escapeControls(file.slice(file.lastIndexOf('/') + 1));
  return `${shown} ${base}:${startLine || line}`;
}

function stagesOf(profile: StackProfile): StageCpu[] {
  const { rows, strings, stacks, frames } = profile;
  const stages = new Map<string, StageCpu>();
  for (let row = 1; row <= rows.length; row++) {
    const stage = strings.get(rows.stage(row));
    const of = stages.get(stage) ?? { stage, cpuNs: 0, samples: 0, functions: new Map() };
    stages.set(stage, of);
    const cpuNs = profile.value(row, 'cpu');
    if (cpuNs === 0) continue;
    of.cpuNs += cpuNs;
    of.samples += profile.value(row, 'samples');
    const stack = rows.stack(row);
    if (stack === 0) continue;
    const frame = frames.get(stacks.frame(stack));
    const key = [frame.name, frame.file, String(frame.startLine)].join('\0');
    const found = of.functions.get(key) ?? { frame, cpuNs: 0, lines: new Map(), callers: new Map() };
    of.functions.set(key, found);
    found.cpuNs += cpuNs;
    found.lines.set(frame.line, (found.lines.get(frame.line) ?? 0) + cpuNs);
    const prefix = stacks.prefix(stack);
    found.callers.set(prefix, (found.callers.get(prefix) ?? 0) + cpuNs);
  }
  return [...stages.values()];
}

function highest(values: ReadonlyMap<number, number>): [number, number] | undefined {
  return [...values].reduce<[number, number] | undefined>(
    (most, entry) => (most === undefined || entry[1] > most[1] ? entry : most),
    undefined,
  );
}
