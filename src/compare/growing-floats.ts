const FIRST_LENGTH = 1024;

/** Numbers that come one by one, eight bytes each. */
export class GrowingFloats {
  #values = new Float64Array(FIRST_LENGTH);
  #used = 0;

  push(value: number): void {
    if (this.#used === this.#values.length) {
      const larger = new Float64Array(this.#used * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#used++] = value;
  }

  /** A copy, without room to spare. */
  values(): Float64Array {
    return this.#values.slice(0, this.#used);
  }
}
