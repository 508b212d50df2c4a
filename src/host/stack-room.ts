/** Each takes some 50 bytes of stack when compiled, and twice that when interpreted. */
const FRAMES = 1000;

function descend(frames: number): number {
  return frames === 0 ? 0 : descend(frames - 1) + 1;
}

/** For the calls between `hasStack` and a `needStack` further in, which must not find too little. */
const FRAMES_BETWEEN = 200;

/**
 * Throws if there is too little stack for a step that must not stop half-way. V8 compiles a function when it is first
 * called, and takes 40 KiB for that.
 *
 * @throws {RangeError} of V8
 */
export function needStack(): void {
  descend(FRAMES);
}

/** Whether there is enough for `needStack`, also some calls further in. */
export function hasStack(): boolean {
  try {
    return descend(FRAMES + FRAMES_BETWEEN) > 0;
  } catch {
    return false;
  }
}
