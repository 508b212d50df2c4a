import { hasStack } from '../host/stack-room.js';
import type { Profiler } from '../model/profiler.js';
import { nullProfiler } from './null-profiler.js';
import { StageProfiler } from './stage-profiler.js';
import { makeThreadProfiler } from './thread-profiler.js';

// In the global registry, so that every copy of this package in a program finds the same profiler.
const ACTIVE = Symbol.for('stageprof.activeProfiler');
/** Put there by src/preload/preload.cts: makes the profiler when a program first asks for it. */
const AWAITED = Symbol.for('stageprof.awaitedProfiler');

type Registry = {
  [ACTIVE]?: Profiler;
  [AWAITED]?: (Constructor: typeof StageProfiler) => Profiler | undefined;
};

const registry = globalThis as Registry;

/**
 * The profiler that `stageprof run` or `stageprof/register` has installed, else the `nullProfiler`. In a worker thread
 * it is one of that thread, made when the thread first asks for it.
 */
export function activeProfiler(): Profiler {
  return registry[ACTIVE] ?? makeAwaited();
}

/** Where there is no stack for it, the next who asks has it made. */
function makeAwaited(): Profiler {
  const make = registry[AWAITED];
  if (make === undefined) return threadProfiler();
  return hasStack() ? (make(StageProfiler) ?? threadProfiler()) : nullProfiler;
}

function threadProfiler(): Profiler {
  const profiler = makeThreadProfiler(StageProfiler);
  if (profiler === null) return nullProfiler;
  if (profiler.enabled) registry[ACTIVE] = profiler;
  return profiler;
}

/** Whether this thread has an active profiler, or will have one when `activeProfiler` is called. */
export function hasActiveProfiler(): boolean {
  return ACTIVE in registry || AWAITED in registry;
}

/** Makes a profiler the active one of this thread. */
export function installProfiler(profiler: Profiler): void {
  registry[ACTIVE] = profiler;
}
