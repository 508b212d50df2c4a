import type { Frame } from '../stacks/frame.js';
import { mergeProfile } from '../stacks/merge-profile.js';
import { StackProfile } from '../stacks/stack-profile.js';
import { NativeNames } from './native-names.js';

/**
 * The same profile with the names of native functions, as far as the files of their modules tell them here. A frame without a
 * name keeps its module, build id and offset, so that it can be named later, on another machine.
 *
 * Used by the command line only.
 *
 * @param symbolsDir a folder with files that have the symbols, by build id or by name
 */
export function withNativeNames(profile: StackProfile, symbolsDir?: string): StackProfile {
  if (!hasUnnamed(profile)) return profile;
  const names = new NativeNames({ symbolsDir });
  const named = new StackProfile();
  try {
    mergeProfile(named, profile, (frame) => {
      if (!isUnnamed(frame)) return frame;
      const { module: path, buildId, offset } = frame;
      return { ...frame, name: names.nameOf({ path, buildId }, offset) ?? '' };
    });
  } finally {
    names.close();
  }
  return named;
}

function isUnnamed({ kind, name, module }: Frame): boolean {
  return kind === 'native' && name === '' && module !== '';
}

function hasUnnamed({ frames }: StackProfile): boolean {
  for (let id = 1; id <= frames.length; id++) if (isUnnamed(frames.get(id))) return true;
  return false;
}
