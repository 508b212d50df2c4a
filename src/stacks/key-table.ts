import { Math, Uint32Array } from '../host/intrinsics.js';

const FIRST_CAPACITY = 64;

/**
 * Distinct keys of a fixed number of 32-bit words, numbered from 1 in the order in which they were added. 0 stands for no
 * key. The keys and the hash table over them are typed arrays, so a key of three words costs 20 to 40 bytes and no object.
 *
 * Used inside programs and by the command line.
 */
export class KeyTable {
  /** The caller fills this key, then calls `find` or `intern`, which do not change it. */
  readonly key: Uint32Array;
  private readonly seed: number;
  private count = 0;
  private words: Uint32Array;
  /** The ids of keys. 0 is a free slot. At most half of the slots are taken. */
  private slots: Uint32Array;

  /**
   * @param width number of words of a key
   * @param seed makes the slots of keys unpredictable. Without it a file could be made of keys that all collide, and reading
   *   it would take hours. Whoever reads a file gives a seed, unless this process has just made what it reads. What a thread
   *   samples of its own program has none.
   */
  constructor(
    readonly width: number,
    seed = 0,
  ) {
    this.seed = seed | 0;
    this.key = new Uint32Array(width);
    this.words = new Uint32Array(FIRST_CAPACITY * width);
    this.slots = new Uint32Array(FIRST_CAPACITY * 2);
  }

  /** The number of keys, which is also the greatest id. */
  get length(): number {
    return this.count;
  }

  /** The id of `key`; 0 if it is not in the table. */
  find(): number {
    return this.slots[this.slotOf(this.key, 0)]!;
  }

  /** The id of `key`, which is added to the table if it is new. */
  intern(): number {
    const slot = this.slotOf(this.key, 0);
    const found = this.slots[slot]!;
    if (found !== 0) return found;
    const end = this.count * this.width;
    if (end === this.words.length) this.growWords();
    this.words.set(this.key, end);
    this.count++;
    this.slots[slot] = this.count;
    if (this.count * 2 >= this.slots.length) this.growSlots();
    return this.count;
  }

  word(id: number, column: number): number {
    return this.words[(id - 1) * this.width + column]!;
  }

  /** The slot of the key that begins at `first` in `from`. It has the id of the key, or is free if the key is new. */
  private slotOf(from: Uint32Array, first: number): number {
    const { width, words, slots } = this;
    const mask = slots.length - 1;
    let hash = this.seed;
    for (let column = 0; column < width; column++) {
      // The constants are those of murmur3's finalizer.
      hash = Math.imul(hash ^ from[first + column]!, 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      hash ^= hash >>> 16;
    }
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]!;
      if (id === 0) return slot;
      const other = (id - 1) * width;
      let column = 0;
      while (column < width && words[other + column] === from[first + column]) column++;
      if (column === width) return slot;
    }
  }

  private growWords(): void {
    const words = new Uint32Array(this.words.length * 2);
    words.set(this.words);
    this.words = words;
  }

  private growSlots(): void {
    this.slots = new Uint32Array(this.slots.length * 2);
    for (let id = 1; id <= this.count; id++) this.slots[this.slotOf(this.words, (id - 1) * this.width)] = id;
  }
}
