import { copyWithRoom } from '../store/copy-with-room.js';

const FIRST_LENGTH = 1024;

/** Numbers that come one by one, eight bytes each. */
export class GrowingFloats {
  #values = new Float64Array(FIRST_LENGTH);
  #used = 0;

  push(value: number): void {
    this.#reserve(1);
    this.#values[this.#used++] = value;
  }

  append(values: Float64Array): void {
    this.#reserve(values.length);
    this.#values.set(values, this.#used);
    this.#used += values.length;
  }

  /** A copy, without room to spare. */
  values(): Float64Array {
    return this.#values.slice(0, this.#used);
  }

  #reserve(count: number): void {
    const needed = this.#used + count;
    if (needed > this.#values.length)
      this.#values = copyWithRoom(this.#values, Math.max(needed, this.#values.length * 2));
  }
}
