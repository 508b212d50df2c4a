import { copyWithRoom } from '../store/copy-with-room.js';
import { HASH_WORDS } from './input-hash.js';

/** Past so many inputs the search is given up: the table then has 32 MiB. */
export const MOST_INPUTS = 3_000_000;

const FEWEST_SLOTS = 1 << 12;
/** This bit of the first word says that the input has been counted. 63 bits are left for the hash. */
const COUNTED = 1;

/** Hashes of inputs, in the order of their records. */
export class InputHashes {
  #words = new Uint32Array(256);
  #used = 0;

  /** @param hash its `HASH_WORDS` numbers, which are copied */
  push(hash: Uint32Array): void {
    if (this.#used === this.#words.length) this.#words = copyWithRoom(this.#words, this.#used * 2);
    for (let word = 0; word < HASH_WORDS; word++) this.#words[this.#used++] = hash[word]!;
  }

  state(): Uint32Array {
    return this.#words.slice(0, this.#used);
  }
}

/** Counts inputs that have more than one record, in memory that has a bound. */
export class RepeatedInputs {
  #slots = new Uint32Array(FEWEST_SLOTS * HASH_WORDS);
  #inputs = 0;
  #repeated = 0;
  #isFull = false;
  readonly #mostInputs: number;

  constructor(mostInputs = MOST_INPUTS) {
    this.#mostInputs = mostInputs;
  }

  /** Null past `MOST_INPUTS`, where the search was given up. */
  get count(): number | null {
    return this.#isFull ? null : this.#repeated;
  }

  absorb(hashes: Uint32Array): void {
    for (let at = 0; at < hashes.length && !this.#isFull; at += HASH_WORDS) {
      // Zero stands for an empty slot.
      this.#add((hashes[at]! & ~COUNTED) >>> 0, hashes[at + 1]! || 1);
    }
  }

  #add(first: number, second: number): void {
    const at = this.#slotOf(first, second);
    if (this.#slots[at + 1] === 0) {
      if (this.#inputs === this.#mostInputs) {
        this.#isFull = true;
        this.#slots = new Uint32Array(0);
        return;
      }
      this.#slots[at] = first;
      this.#slots[at + 1] = second;
      this.#inputs++;
      // Seven eighths full: beyond that the searches grow long.
      if (this.#inputs * HASH_WORDS * 8 > this.#slots.length * 7) this.#grow();
    } else if ((this.#slots[at]! & COUNTED) === 0) {
      this.#slots[at]! |= COUNTED;
      this.#repeated++;
    }
  }

  /** The slot of this hash, or the empty one where it belongs. */
  #slotOf(first: number, second: number): number {
    const slots = this.#slots;
    const mask = slots.length / HASH_WORDS - 1;
    for (let slot = second & mask; ; slot = (slot + 1) & mask) {
      const at = slot * HASH_WORDS;
      if (slots[at + 1] === 0) return at;
      if (slots[at + 1] === second && (slots[at]! & ~COUNTED) >>> 0 === first) return at;
    }
  }

  #grow(): void {
    // Moved to a new array, whose memory the next small collection frees. That of the old one would be kept until the
    // next full collection, beside a table of twice its size.
    const earlier = structuredClone(this.#slots, { transfer: [this.#slots.buffer] });
    this.#slots = new Uint32Array(earlier.length * 2);
    for (let from = 0; from < earlier.length; from += HASH_WORDS) {
      if (earlier[from + 1] === 0) continue;
      const at = this.#slotOf((earlier[from]! & ~COUNTED) >>> 0, earlier[from + 1]!);
      this.#slots[at] = earlier[from]!;
      this.#slots[at + 1] = earlier[from + 1]!;
    }
  }
}
