import { KeyTable } from './key-table.js';
import type { Numeric } from './pprof-numbers.js';

const WORD = 2 ** 32;

/**
 * Values by ids of 64 bits, which the writer of a file chose. A `Map` is not safe here: V8 hashes keys that are numbers the
 * same way in every process, and a file could have ids that all collide.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program.
 */
export class IdTable<T> {
  private readonly ids: KeyTable;
  private readonly values: T[] = [];

  constructor(seed: number) {
    this.ids = new KeyTable(2, seed);
  }

  /** @returns false if the table already has a value with this id. That value then stays. */
  add(id: Numeric, value: T): boolean {
    this.put(id);
    if (this.ids.intern() <= this.values.length) return false;
    this.values.push(value);
    return true;
  }

  get(id: Numeric): T | undefined {
    this.put(id);
    // The table of keys returns 0 for an unknown key. `values[-1]` is undefined.
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
