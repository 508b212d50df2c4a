/**
 * The language's own objects as they were when the profiler was loaded, under their own names. What a program later
 * replaces, patches or deletes does not reach code that imports from here.
 *
 * Functions that are commonly patched in place (`JSON.stringify`, `Math.random`, `Map.prototype.get`) are copies.
 * Methods of arrays, strings and typed arrays are not: a program that breaks those has broken Node itself. Where a
 * broken method fails in a stage, the profiler gives up measuring that stage; the stage itself runs.
 */

/** Properties are defined, never assigned: a program may have frozen the prototypes before this is loaded. */
function copyProperties<T extends object>(from: object, to: T, left: readonly PropertyKey[] = []): T {
  for (const key of globalThis.Reflect.ownKeys(from)) {
    if (left.includes(key)) continue;
    globalThis.Object.defineProperty(to, key, globalThis.Object.getOwnPropertyDescriptor(from, key)!);
  }
  return to;
}

export function ownNamespace<T extends object>(namespace: T): T {
  return globalThis.Object.freeze(copyProperties(namespace, {} as T));
}

/** A function with the static members of a constructor, for constructors that are only called, without `new`. */
function ownFunction<F extends (...args: never[]) => unknown, C extends F>(from: C, to: F): C {
  return globalThis.Object.freeze(
    copyProperties(from, to, ['length', 'name', 'prototype', 'arguments', 'caller']),
  ) as C;
}

/** A subclass whose prototype has copies of all methods as its own. They are as fast as the originals. */
export function ownClass<C extends abstract new (...args: never[]) => object>(from: C, derived: C): C {
  copyProperties(from.prototype as object, derived.prototype as object, ['constructor']);
  globalThis.Object.freeze(derived.prototype);
  return globalThis.Object.freeze(derived);
}

export const Object = ownNamespace(globalThis.Object);
export const Reflect = ownNamespace(globalThis.Reflect);
export const Math = ownNamespace(globalThis.Math);
export const JSON = ownNamespace(globalThis.JSON);
export const Atomics = ownNamespace(globalThis.Atomics);

const nativeNumber = globalThis.Number;
export const Number = ownFunction(nativeNumber, (value?: unknown) => nativeNumber(value));
const nativeString = globalThis.String;
export const String = ownFunction(nativeString, (value?: unknown) => nativeString(value));

export const Map: MapConstructor = ownClass(globalThis.Map, class Map<K, V> extends globalThis.Map<K, V> {});
export type Map<K, V> = globalThis.Map<K, V>;
export const Set: SetConstructor = ownClass(globalThis.Set, class Set<T> extends globalThis.Set<T> {});
export type Set<T> = globalThis.Set<T>;

/** Without the constructor, because `Array.from` makes an array of any length. */
export const Array = ownNamespace({
  from: globalThis.Array.from,
  isArray: globalThis.Array.isArray,
});
export const ArrayBuffer = globalThis.ArrayBuffer;
export type ArrayBuffer = globalThis.ArrayBuffer;
export const SharedArrayBuffer = globalThis.SharedArrayBuffer;
export type SharedArrayBuffer = globalThis.SharedArrayBuffer;
export const DataView = globalThis.DataView;
export type DataView = globalThis.DataView;
export const Float64Array = globalThis.Float64Array;
export type Float64Array = globalThis.Float64Array;
export const Int32Array = globalThis.Int32Array;
export type Int32Array = globalThis.Int32Array;
export const Uint8Array = globalThis.Uint8Array;
export type Uint8Array = globalThis.Uint8Array;
export const Uint16Array = globalThis.Uint16Array;
export const Uint32Array = globalThis.Uint32Array;
export type Uint32Array = globalThis.Uint32Array;

export const Error = globalThis.Error;
export type Error = globalThis.Error;
export const RangeError = globalThis.RangeError;
export const SyntaxError = globalThis.SyntaxError;
export const TypeError = globalThis.TypeError;
export type TypeError = globalThis.TypeError;

export const Proxy = globalThis.Proxy;
export const Symbol = globalThis.Symbol;
export const Promise = globalThis.Promise;
export type Promise<T> = globalThis.Promise<T>;

const { apply } = globalThis.Reflect;
const nativeBind = globalThis.Function.prototype.bind;
/** `fn.bind(self)` */
export function boundTo(self: unknown, fn: unknown): unknown {
  return apply(nativeBind, fn as () => unknown, [self]);
}
