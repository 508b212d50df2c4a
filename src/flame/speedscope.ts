import { packageVersion } from '../model/package-version.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { type FlameChoice, flameProfile, frameText, isTime, VALUE_OF } from './flame-stacks.js';

interface SpeedscopeFrame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly col?: number;
}

/** https://www.speedscope.app/file-format-schema.json */
interface SampledProfile {
  readonly type: 'sampled';
  readonly name: string;
  readonly unit: 'nanoseconds' | 'bytes' | 'none';
  readonly startValue: 0;
  readonly endValue: number;
  /** Indexes of frames, the outermost first. */
  readonly samples: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

/** A file of speedscope, with a profile for each thread. */
export function speedscope(profile: StackProfile, choice: FlameChoice): string {
  const frames = new FrameList();
  const shown = flameProfile(profile, choice);
  const threads = new Map<string, { samples: number[][]; weights: number[] }>();
  for (let row = 1; row <= shown.rows.length; row++) {
    const thread = shown.strings.get(shown.rows.thread(row));
    const of = threads.get(thread) ?? { samples: [], weights: [] };
    threads.set(thread, of);
    of.samples.push(frames.stackOf(shown, row));
    of.weights.push(shown.value(row, VALUE_OF[choice.type]));
  }
  return file(
    frames,
    [...threads].map(([thread, { samples, weights }]) => sampled(thread || 'other threads', choice, samples, weights)),
  );
}

/** What has grown and what has shrunk since the base, as two profiles: no viewer draws a negative value. */
export function speedscopeDifference(base: StackProfile, profile: StackProfile, choice: FlameChoice): string {
  const frames = new FrameList();
  const changes = new Map<string, { readonly stack: number[]; change: number }>();
  for (const [side, sign] of [
    [base, -1],
    [profile, 1],
  ] as const) {
    const shown = flameProfile(side, choice);
    for (let row = 1; row <= shown.rows.length; row++) {
      const stack = frames.stackOf(shown, row);
      const key = stack.join();
      const entry = changes.get(key) ?? { stack, change: 0 };
      changes.set(key, entry);
      entry.change += sign * shown.value(row, VALUE_OF[choice.type]);
    }
  }
  const side = (name: string, sign: number) => {
    const found = [...changes.values()].filter(({ change }) => change * sign > 0);
    const stacks = found.map(({ stack }) => stack);
    return sampled(
      name,
      choice,
      stacks,
      found.map(({ change }) => change * sign),
    );
  };
  return file(frames, [side('grown since the base', 1), side('shrunk since the base', -1)]);
}

class FrameList {
  readonly frames: SpeedscopeFrame[] = [];
  readonly #ids = new Map<string, number>();

  stackOf(shown: StackProfile, row: number): number[] {
    return shown.stacks.frames(shown.rows.stack(row)).map((id) => {
      const frame = shown.frames.get(id);
      const { file, line, startLine, column } = frame;
      const where = line || startLine;
      const entry = {
        name: file === '' || frame.name === '' ? frameText(frame) : frame.name,
        ...(file === '' ? {} : { file }),
        ...(where === 0 ? {} : { line: where }),
        ...(column === 0 ? {} : { col: column }),
      };
      const key = JSON.stringify(entry);
      const known = this.#ids.get(key);
      if (known !== undefined) return known;
      this.frames.push(entry);
      this.#ids.set(key, this.frames.length - 1);
      return this.frames.length - 1;
    });
  }
}

function sampled(
  name: string,
  { type }: FlameChoice,
  samples: readonly number[][],
  weights: readonly number[],
): SampledProfile {
  const endValue = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    type: 'sampled',
    name,
    unit: isTime(type) ? 'nanoseconds' : 'bytes',
    startValue: 0,
    endValue,
    samples,
    weights,
  };
}

function file({ frames }: FrameList, profiles: readonly SampledProfile[]): string {
  const content = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: `stageprof ${packageVersion()}`,
    name: 'stageprof',
    activeProfileIndex: 0,
    shared: { frames },
    profiles,
  };
  return `${JSON.stringify(content)}\n`;
}
