import { Object, Promise, Reflect } from '../host/intrinsics.js';
import { isPromise } from '../host/process.js';
import { promisePrototype, whenSettled } from '../host/tasks.js';

/** How promises of a kind are waited for. */
export interface PromiseKind {
  readonly prototype: object;
  /** Does what `then` of the promise does. */
  wait(promise: unknown, fulfilled: (value: unknown) => unknown, rejected: (reason: unknown) => unknown): unknown;
}

const NATIVE_PROMISE: PromiseKind = { prototype: promisePrototype, wait: whenSettled as PromiseKind['wait'] };

/**
 * The kind of a promise; undefined for any other object. Where a program has put a class of its own in the place of
 * Promise, as zone.js does, objects of that class are promises too.
 */
export function promiseKind(result: object): PromiseKind | undefined {
  if (isPromise(result)) return NATIVE_PROMISE;
  const programs: unknown = globalThis.Promise;
  if (programs === Promise || typeof programs !== 'function') return undefined;
  const { prototype } = programs;
  if (Object.getPrototypeOf(result) !== prototype || typeof prototype?.then !== 'function') return undefined;
  return { prototype, wait: (promise, ...handlers) => Reflect.apply(prototype.then, promise, handlers) };
}
