import { nullProfiler } from './null-profiler.js';
import type { Profiler } from './types.js';

// In the global registry, so that every copy of this package in a program finds the same profiler.
const ACTIVE = Symbol.for('stageprof.activeProfiler');

type Registry = { [ACTIVE]?: Profiler };

/** The profiler that `stageprof run` or `stageprof/register` installed on this thread, else the `nullProfiler`. */
export function activeProfiler(): Profiler {
  return (globalThis as Registry)[ACTIVE] ?? nullProfiler;
}

/** Makes a profiler the active one of this thread. */
export function installProfiler(profiler: Profiler): void {
  (globalThis as Registry)[ACTIVE] = profiler;
}
