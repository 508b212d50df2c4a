import { Map, Math, String } from '../host/intrinsics.js';
import type { Frame } from './frame.js';
import type { StackProfile } from './stack-profile.js';
import { NO_STACK } from './stack-table.js';

/** With fewer samples a share says nothing: its standard error would be above ten points. */
export const LEAST_SAMPLES = 20;

/** What a function has used of a stage itself, without what it has called. */
export interface StageFunction {
  readonly frame: Frame;
  cpuNs: number;
  /** CPU by line that executes. */
  readonly lines: Map<number, number>;
  /** CPU by stack of the callers. */
  readonly callers: Map<number, number>;
}

export interface StageCpu {
  readonly stage: string;
  cpuNs: number;
  samples: number;
  /** By name and place. */
  readonly functions: Map<string, StageFunction>;
}

/** The CPU of each stage by function. Rows without CPU, such as those of idle time, are left out. */
export function stageFunctions(profile: StackProfile): StageCpu[] {
  const { rows, strings, stacks, frames } = profile;
  const stages = new Map<string, StageCpu>();
  for (let row = 1; row <= rows.length; row++) {
    const stage = strings.get(rows.stage(row));
    const of: StageCpu = stages.get(stage) ?? { stage, cpuNs: 0, samples: 0, functions: new Map() };
    stages.set(stage, of);
    const cpuNs = profile.value(row, 'cpu');
    if (cpuNs === 0) continue;
    of.cpuNs += cpuNs;
    of.samples += profile.value(row, 'samples');
    const stack = rows.stack(row);
    if (stack === NO_STACK) continue;
    const frame = frames.get(stacks.frame(stack));
    const key = [frame.name, frame.file, String(frame.startLine), frame.module].join('\0');
    const found: StageFunction = of.functions.get(key) ?? { frame, cpuNs: 0, lines: new Map(), callers: new Map() };
    of.functions.set(key, found);
    found.cpuNs += cpuNs;
    found.lines.set(frame.line, (found.lines.get(frame.line) ?? 0) + cpuNs);
    const prefix = stacks.prefix(stack);
    found.callers.set(prefix, (found.callers.get(prefix) ?? 0) + cpuNs);
  }
  return [...stages.values()];
}

/** The standard error of a share that was counted. */
export function shareError(share: number, samples: number): number {
  return Math.sqrt((share * (1 - share)) / samples);
}
