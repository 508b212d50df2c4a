import { NativeNames } from '../symbols/native-names.js';
import type { Frame } from './frame.js';
import { mergeProfile } from './merge-profile.js';
import { StackProfile } from './stack-profile.js';

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
      // Frames have the address of the call, and names are asked for by where it returns to.
      const module = { path: frame.module, buildId: frame.buildId === '' ? null : frame.buildId };
      return { ...frame, name: names.nameOf(module, frame.offset + 1) ?? '' };
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
