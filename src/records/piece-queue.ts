const NOTHING = Buffer.alloc(0);

/** Bytes that come piece by piece, to be taken by count. */
export class PieceQueue {
  readonly #pieces: AsyncIterator<Buffer>;
  #held: Buffer = NOTHING;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next piece, however long it is; null at the end. */
  async next(): Promise<Buffer | null> {
    for (;;) {
      const held = this.#held;
      this.#held = NOTHING;
      if (held.length > 0) return held;
      const next = await this.#pieces.next();
      if (next.done === true) return null;
      this.#held = next.value;
    }
  }

  putBack(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([bytes, this.#held]);
  }

  /** As many bytes as asked for, or fewer at the end. */
  async take(count: number): Promise<Buffer> {
    await this.#hold(count);
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  async beginsWith(bytes: readonly number[]): Promise<boolean> {
    await this.#hold(bytes.length);
    return bytes.every((byte, index) => this.#held[index] === byte);
  }

  async #hold(count: number): Promise<void> {
    while (this.#held.length < count) {
      const next = await this.#pieces.next();
      if (next.done === true) return;
      this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value]);
    }
  }
}
