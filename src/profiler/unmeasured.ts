import { Symbol } from '../host/intrinsics.js';
import { countIndex } from '../store/state-memory.js';

/** Where a stage is counted of which a step failed. */
export const OUT_OF_STACK = countIndex.out_of_stack;
export const NOT_MEASURED = countIndex.not_measured;

/**
 * What a step of the profiler may throw. Its class is told by `constructor`: `instanceof` calls a method, and out of stack
 * no call is possible.
 */
export type Fault = { readonly constructor: unknown } | null | undefined;

/** No value for another thread: to send a profiler or a handle there fails, instead of making an empty object of it. */
export const OF_THIS_THREAD: unique symbol = Symbol('of this thread') as never;
