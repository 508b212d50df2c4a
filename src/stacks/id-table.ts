import { KeyTable } from './key-table.js';
import type { Numeric } from './pprof-numbers.js';

const WORD = 2 ** 32;

/**
 * What a file has by ids of 64 bits, which its writer chose. A `Map` will not do: where its keys are numbers, V8 hashes them
 * the same way in every process, and a file could have ids that all share one place.
 *
 * Used by the command line only.
 */
export class IdTable<T> {
  private readonly ids: KeyTable;
  private readonly values: T[] = [];

  constructor(seed: number) {
    this.ids = new KeyTable(2, seed);
  }

  /** @returns false where there is one of this id, which stays */
  add(id: Numeric, value: T): boolean {
    this.put(id);
    if (this.ids.intern() <= this.values.length) return false;
    this.values.push(value);
    return true;
  }

  get(id: Numeric): T | undefined {
    this.put(id);
    // Id 0 of the table of keys stands for none.
    return this.values[this.ids.find() - 1];
  }

  private put(id: Numeric): void {
    const { key } = this.ids;
    if (typeof id === 'bigint') {
      key[0] = Number(BigInt.asUintN(32, id));
      key[1] = Number(BigInt.asUintN(32, id >> 32n));
    } else {
      key[0] = id % WORD;
      key[1] = Math.floor(id / WORD);
    }
  }
}
