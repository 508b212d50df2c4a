import type { Profiler } from '../model/profiler.js';
import { nullProfiler } from './null-profiler.js';
import { StageProfiler } from './stage-profiler.js';

// In the global registry, so that every copy of this package in a program finds the same profiler.
const ACTIVE = Symbol.for('stageprof.activeProfiler');
/** Put there by src/preload/preload.cts: makes the profiler when a program first asks for it. */
const AWAITED = Symbol.for('stageprof.awaitedProfiler');

type Registry = {
  [ACTIVE]?: Profiler;
  [AWAITED]?: (Constructor: typeof StageProfiler) => Profiler | undefined;
};

const registry = globalThis as Registry;

/** The profiler that `stageprof run` or `stageprof/register` installed on this thread, else the `nullProfiler`. */
export function activeProfiler(): Profiler {
  return registry[ACTIVE] ?? registry[AWAITED]?.(StageProfiler) ?? nullProfiler;
}

/** Whether this thread has an active profiler, or will have one as soon as it is asked for. */
export function hasActiveProfiler(): boolean {
  return ACTIVE in registry || AWAITED in registry;
}

/** Makes a profiler the active one of this thread. */
export function installProfiler(profiler: Profiler): void {
  registry[ACTIVE] = profiler;
}
