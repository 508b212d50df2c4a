import { OUTSIDE } from '../report/outside-row.js';
import type { Frame } from '../stacks/frame.js';
import type { SampleType } from '../stacks/sample-types.js';
import { StackProfile } from '../stacks/stack-profile.js';
import { NO_STACK } from '../stacks/stack-table.js';
import { baseName } from '../text/base-name.js';

/**
 * What stacks are weighed by: CPU by function, or by the line that executes; native memory that was allocated, that was live
 * at the end, and that was live when the process held the most.
 */
export const FLAME_TYPES = ['cpu', 'lines', 'alloc', 'live', 'peak'] as const;
export type FlameType = (typeof FLAME_TYPES)[number];

/** The sample type that has the values of a kind of flame graph. */
export const VALUE_OF = {
  cpu: 'cpu',
  lines: 'cpu',
  alloc: 'alloc_space',
  live: 'live_space',
  peak: 'peak_space',
} as const satisfies Readonly<Record<FlameType, SampleType>>;

/** Whether the values are times; if not, they are bytes. */
export function isTime(type: FlameType): boolean {
  return VALUE_OF[type] === 'cpu';
}

export interface FlameChoice {
  readonly type: FlameType;
  /** Only this stage and those below it; undefined for all. */
  readonly stage?: string | undefined;
}

/** The outermost frame of all stacks of a stage. Outside any stage it is that of the program. */
export function stageFrame(stage: string): string {
  return `[${stage === '' ? OUTSIDE : stage}]`;
}

/** Whether a stage is the chosen one, or is below it. */
export function isChosen(stage: string, { stage: chosen }: FlameChoice): boolean {
  return chosen === undefined || stage === chosen || stage.startsWith(`${chosen}.`);
}

/**
 * The stacks of a profile as a flame graph shows them: the stage is the outermost frame, and frames are functions, or with
 * `lines` functions at the line that executes.
 *
 * @param how.keepsAll whether stacks stay that have no value of the chosen type, as in a file that has all types
 */
export function flameProfile(
  profile: StackProfile,
  choice: FlameChoice,
  { keepsAll = false }: { readonly keepsAll?: boolean } = {},
): StackProfile {
  const { frames, stacks, rows, strings } = profile;
  const shown = new StackProfile();
  for (const type of profile.measuredTypes) shown.measure(type);
  const frameIds = new Map<number, number>();
  const frameOf = (id: number): number => {
    let found = frameIds.get(id);
    if (found === undefined) {
      found = shown.frames.intern(choice.type === 'lines' ? frames.get(id) : wholeFunction(frames.get(id)));
      frameIds.set(id, found);
    }
    return found;
  };
  const value = VALUE_OF[choice.type];
  for (let row = 1; row <= rows.length; row++) {
    const stage = strings.get(rows.stage(row));
    if (!isChosen(stage, choice) || (!keepsAll && profile.value(row, value) === 0)) continue;
    let stack = shown.stacks.intern(NO_STACK, shown.frames.intern({ kind: 'vm', name: stageFrame(stage) }));
    for (const id of stacks.frames(rows.stack(row))) stack = shown.stacks.intern(stack, frameOf(id));
    const to = shown.row(stage, strings.get(rows.thread(row)), stack);
    for (const type of profile.measuredTypes) shown.add(to, type, profile.value(row, type));
  }
  return shown;
}

function wholeFunction(frame: Frame): Frame {
  return { ...frame, line: frame.startLine, column: 0, offset: frame.name === '' ? frame.offset : 0 };
}

/** A frame in one text: the function, and where it is. */
export function frameText(frame: Frame): string {
  if (frame.name === '') return moduleText(frame);
  const { name } = frame;
  if (frame.file === '') return frame.module === '' ? name : `${name} ${baseName(frame.module)}`;
  const line = frame.line || frame.startLine;
  return line === 0 ? `${name} ${frame.file}` : `${name} ${frame.file}:${line}`;
}

function moduleText({ module, offset }: Frame): string {
  const base = baseName(module);
  return base === '' ? '(unknown)' : `${base}+0x${offset.toString(16)}`;
}
