/**
 * Clocks that a program cannot stop: fake timers replace `performance.now` and `process.hrtime`, but not these
 * functions.
 */
const { bigint } = process.hrtime;
const nativeNumber = Number;

let read = (): number => nativeNumber(bigint());

/** CLOCK_MONOTONIC in nanoseconds: the clock of the samples. */
export function wallNs(): number {
  return read();
}

/** From now on the addon reads the clock: no program can have changed the addon before the profiler was loaded. */
export function readWallBy(addon: () => number): void {
  read = addon;
}

/** When the process started, in milliseconds since 1970. */
export const timeOriginMs = performance.timeOrigin;

/** What the clock showed when `performance.now()` of this thread was zero. */
export const threadStartNs = wallNs() - performance.now() * 1e6;

/** The time of day in milliseconds since 1970. */
export const dateNow = Date.now;
