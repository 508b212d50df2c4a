import type { StackProfile } from '../stacks/stack-profile.js';
import { type FlameChoice, flameProfile, frameText, VALUE_OF } from './flame-stacks.js';

/** One line a stack: its frames, the outermost first, with semicolons between them, and a value. */
export function collapsed(profile: StackProfile, choice: FlameChoice): string {
  return lines([...valuesByStack(profile, choice)].map(([stack, value]) => [stack, String(value)]));
}

/**
 * The difference of two profiles: each line has the value of the base and that of the new profile, as `difffolded.pl` writes
 * them for `flamegraph.pl`.
 */
export function collapsedDifference(base: StackProfile, profile: StackProfile, choice: FlameChoice): string {
  const before = valuesByStack(base, choice);
  const after = valuesByStack(profile, choice);
  const stacks = new Set([...before.keys(), ...after.keys()]);
  return lines([...stacks].map((stack) => [stack, `${before.get(stack) ?? 0} ${after.get(stack) ?? 0}`]));
}

/** By the text of the stack. Two threads that were sampled in the same stack add up. */
export function valuesByStack(profile: StackProfile, choice: FlameChoice): Map<string, number> {
  const shown = flameProfile(profile, choice);
  const texts = new Map<number, string>();
  const values = new Map<string, number>();
  for (let row = 1; row <= shown.rows.length; row++) {
    const frames = shown.stacks.frames(shown.rows.stack(row)).map((id) => {
      let text = texts.get(id);
      if (text === undefined) {
        text = inOneField(frameText(shown.frames.get(id)));
        texts.set(id, text);
      }
      return text;
    });
    const stack = frames.join(';');
    values.set(stack, (values.get(stack) ?? 0) + shown.value(row, VALUE_OF[choice.type]));
  }
  return values;
}

/** A semicolon ends a frame, and a line break a stack. */
function inOneField(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names may have any characters
  return text.replace(/;/g, ':').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');
}

function lines(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([stack, value]) => `${stack} ${value}\n`)
    .join('');
}
