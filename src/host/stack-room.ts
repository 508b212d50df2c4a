/** Each takes some 50 bytes of stack when compiled, and twice that when interpreted. */
const FRAMES = 1000;

function descend(frames: number): number {
  return frames === 0 ? 0 : descend(frames - 1) + 1;
}

/**
 * Throws before what must be done whole or not at all is begun, where there is not enough stack for it. V8 compiles a
 * function when it is first called, and takes 40 KiB for that.
 *
 * @throws {RangeError} of V8
 */
export function needStack(): void {
  descend(FRAMES);
}

/** Whether there is as much. */
export function hasStack(): boolean {
  try {
    return descend(FRAMES) === FRAMES;
  } catch {
    return false;
  }
}
