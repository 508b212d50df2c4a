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

/**
 * Has `settled` called when a promise settles.
 *
 * For a plain promise the program is given the one that is derived here: it settles with the same value or reason, and a
 * rejection that nobody handles stays unhandled. In the original every rejection would count as handled. A promise of
 * another class, or with properties, such as that of `promisify(exec)`, carries more than its result, and is returned
 * itself.
 *
 * @returns what the program is given
 * @throws before anything was derived: `then` makes a promise of the same class, and that class may refuse
 */
export function standIn(
  promise: object,
  { prototype, wait }: PromiseKind,
  settled: (failed: boolean, reason: unknown) => void,
): object {
  const isPlain = Object.getPrototypeOf(promise) === prototype && Object.keys(promise).length === 0;
  let given = promise;
  const derived = wait(
    promise,
    (value) => {
      settled(false, undefined);
      return value;
    },
    (reason) => {
      settled(true, reason);
      if (given !== promise) throw reason;
    },
  ) as object;
  if (!isPlain) return promise;
  given = derived;
  try {
    if (Object.getPrototypeOf(derived) !== prototype) given = promise;
  } catch {
    // The stack is full. Almost every derived promise has this prototype, so it is assumed.
  }
  return given;
}
