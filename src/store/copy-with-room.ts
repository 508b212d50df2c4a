type NumberArray = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** A copy of a typed array with room for `length` elements, the new ones zero. */
export function copyWithRoom<T extends NumberArray>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
