/** Timers, tasks and async contexts as they were when the profiler was loaded. */
import asyncHooks from 'node:async_hooks';
import diagnostics from 'node:diagnostics_channel';
import { ownClass } from './intrinsics.js';

export const { clearTimeout, queueMicrotask, setImmediate, setTimeout } = globalThis;
export const { AbortController } = globalThis;
export const { AsyncResource, createHook, executionAsyncResource } = asyncHooks;
export const { channel, subscribe, unsubscribe } = diagnostics;

export const AsyncLocalStorage: typeof asyncHooks.AsyncLocalStorage = ownClass(
  asyncHooks.AsyncLocalStorage,
  class AsyncLocalStorage<T> extends asyncHooks.AsyncLocalStorage<T> {},
);
export type AsyncLocalStorage<T> = asyncHooks.AsyncLocalStorage<T>;

/** The prototype of the promises that the language makes. What a program calls Promise may be another class. */
export const promisePrototype: Promise<unknown> = Object.getPrototypeOf((async () => {})());

/** `promise.then(...)` of the language, also where the program has replaced that method. */
export const whenSettled = Function.prototype.call.bind(promisePrototype.then) as <T, R>(
  promise: Promise<T>,
  fulfilled: (value: T) => R,
  rejected?: (reason: unknown) => R,
) => Promise<R>;
