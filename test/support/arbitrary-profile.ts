import fc from 'fast-check';
import { FRAME_KINDS, type FrameInput } from '../../src/stacks/frame.js';
import { SAMPLE_TYPES, type SampleType } from '../../src/stacks/sample-types.js';
import { StackProfile } from '../../src/stacks/stack-profile.js';
import { NO_STACK } from '../../src/stacks/stack-table.js';

export interface RowInput {
  readonly stage: string;
  readonly thread: string;
  /** The outermost frame comes first. */
  readonly frames: readonly FrameInput[];
  readonly values: Partial<Record<SampleType, number>>;
}

/** Few different texts, so that two profiles often have the same rows, stacks and frames, and some that are hard to write. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', 'a', 'b', 'a.b') },
  { weight: 1, arbitrary: fc.constantFrom('(other)', '\ufeffbom', 'nul\0', '__proto__', 'é😀', ';', 'js guessed') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const word = fc.oneof(
  { weight: 4, arbitrary: fc.nat(3) },
  { weight: 1, arbitrary: fc.nat(2 ** 31 - 1).map((value) => value * 2 + 1) },
);
const offset = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 16, 2 ** 32, 2 ** 47 + 5) },
  { weight: 1, arbitrary: fc.maxSafeNat() },
);

const frame: fc.Arbitrary<FrameInput> = fc.record(
  {
    kind: fc.constantFrom(...FRAME_KINDS),
    guessed: fc.boolean(),
    inherited: fc.boolean(),
    inlined: fc.boolean(),
    name: text,
    file: text,
    line: word,
    column: word,
    startLine: word,
    module: text,
    buildId: text,
    offset,
  },
  { requiredKeys: ['kind'] },
);

const values = fc.record(
  Object.fromEntries(SAMPLE_TYPES.map(({ name }) => [name, fc.nat(2 ** 31 - 1).map((value) => value * 1024)])),
  { requiredKeys: [] },
) as fc.Arbitrary<RowInput['values']>;

/** All rows take their frames from a few, so that stacks share prefixes. */
export const rowInputs: fc.Arbitrary<readonly RowInput[]> = fc
  .array(frame, { minLength: 1, maxLength: 6 })
  .chain((frames) =>
    fc.array(
      fc.record({ stage: text, thread: text, frames: fc.array(fc.constantFrom(...frames), { maxLength: 5 }), values }),
      { maxLength: 12 },
    ),
  );

export function addRows(profile: StackProfile, inputs: readonly RowInput[]): StackProfile {
  for (const { stage, thread, frames, values } of inputs) {
    const stack = frames.reduce<number>(
      (prefix, frame) => profile.stacks.intern(prefix, profile.frames.intern(frame)),
      NO_STACK,
    );
    const row = profile.row(stage, thread, stack);
    for (const [type, value] of Object.entries(values)) profile.add(row, type as SampleType, value);
  }
  return profile;
}

export const profileOf = (inputs: readonly RowInput[]): StackProfile => addRows(new StackProfile(), inputs);
