import { Math, Uint32Array } from '../host/intrinsics.js';
import type { Frame } from './frame.js';
import type { StackProfile } from './stack-profile.js';
import { NO_STACK } from './stack-table.js';

/**
 * Adds a profile to another. Rows of the same stage, thread and stack become one. Below the limits, the order of merging
 * does not change what is in the rows.
 *
 * @param frameAs what a frame becomes
 * @param stageAs likewise a stage
 *
 * Used inside programs and by the command line.
 */
export function mergeProfile(
  into: StackProfile,
  from: StackProfile,
  frameAs: (frame: Frame) => Frame = (frame) => frame,
  stageAs: (stage: string) => string = (stage) => stage,
): void {
  const frames = new Uint32Array(from.frames.length + 1);
  for (let id = 1; id < frames.length; id++) frames[id] = into.frames.intern(frameAs(from.frames.get(id)));

  // A prefix has a smaller number than the stacks on it, so it is merged before them.
  const stacks = new Uint32Array(from.stacks.length + 1);
  stacks[NO_STACK] = NO_STACK;
  for (let id = 1; id < stacks.length; id++) {
    stacks[id] = into.stacks.intern(stacks[from.stacks.prefix(id)]!, frames[from.stacks.frame(id)]!);
  }

  into.nativeRate = Math.max(into.nativeRate, from.nativeRate);
  const types = from.measuredTypes;
  for (const type of types) into.measure(type);
  const rows = from.rows.length;
  for (let id = 1; id <= rows; id++) {
    const stage = stageAs(from.strings.get(from.rows.stage(id)));
    const thread = from.strings.get(from.rows.thread(id));
    const row = into.row(stage, thread, stacks[from.rows.stack(id)]!);
    for (const type of types) into.add(row, type, from.value(id, type));
  }
}
