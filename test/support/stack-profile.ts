import type { FrameInput } from '../../src/stacks/frame.js';
import { StackProfile } from '../../src/stacks/stack-profile.js';
import { NO_STACK } from '../../src/stacks/stack-table.js';

export const jsFrame = (name: string, startLine: number, line = 0): FrameInput => ({
  kind: 'js',
  name,
  file: '/app/parse.js',
  startLine,
  line,
});

/** Samples of 10 ms. Frames are the outermost first. */
export function sampledProfile(
  rows: readonly (readonly [stage: string, frames: readonly FrameInput[], samples: number])[],
): StackProfile {
  const profile = new StackProfile();
  for (const [stage, frames, samples] of rows) {
    let stack = NO_STACK;
    for (const each of frames) stack = profile.stacks.intern(stack, profile.frames.intern(each));
    const row = profile.row(stage, 'main', stack);
    profile.add(row, 'samples', samples);
    profile.add(row, 'cpu', samples * 10e6);
  }
  return profile;
}

/** Live native blocks, sampled at 512 KiB. Frames are the outermost first. */
export function liveProfile(
  rows: readonly (readonly [stage: string, frames: readonly FrameInput[], bytes: number, blocks: number])[],
): StackProfile {
  const profile = new StackProfile();
  profile.nativeRate = 512 * 1024;
  for (const [stage, frames, bytes, blocks] of rows) {
    let stack = NO_STACK;
    for (const each of frames) stack = profile.stacks.intern(stack, profile.frames.intern(each));
    const row = profile.row(stage, 'main', stack);
    profile.add(row, 'live_space', bytes);
    profile.add(row, 'live_objects', blocks);
  }
  return profile;
}
