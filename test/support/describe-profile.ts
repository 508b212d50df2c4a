import { FRAME_FLAGS, type Frame } from '../../src/stacks/frame.js';
import type { StackProfile } from '../../src/stacks/stack-profile.js';

const shownFrame = (frame: Frame): string => {
  const { kind, name, file, line, column, startLine, module, buildId, offset } = frame;
  const flags = FRAME_FLAGS.filter((flag) => frame[flag]);
  return JSON.stringify([kind, flags, name, file, line, column, startLine, module, buildId, offset]);
};

/** The content of a profile, however its tables are numbered. Two profiles with the same rows have the same description. */
export function describeProfile(profile: StackProfile): { measured: string[]; rows: string[] } {
  const measured = profile.measuredTypes;
  const rows = Array.from({ length: profile.rows.length }, (_, index) => {
    const row = index + 1;
    const frames = profile.stacks.frames(profile.rows.stack(row)).map((id) => shownFrame(profile.frames.get(id)));
    const values = measured.map((type) => profile.value(row, type));
    return JSON.stringify([
      profile.strings.get(profile.rows.stage(row)),
      profile.strings.get(profile.rows.thread(row)),
      frames,
      values,
    ]);
  });
  return { measured, rows: rows.sort() };
}
