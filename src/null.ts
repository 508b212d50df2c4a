/**
 * What a library needs to have stages, for those who do not profile it. Nothing here reaches Node or the profiler, so
 * that a bundle, also one for browsers, gets some hundred bytes.
 */

export type { Profiler, Stage } from './model/profiler.js';
export { NullProfiler, nullProfiler } from './profiler/null-profiler.js';
