import type { RecordFold, RecordFolds } from '../records/record-fold.js';
import type { RecordReader } from '../records/record-reader.js';

type Counts = ReadonlyMap<number | null, number>;

class ProcessFold implements RecordFold<Counts, Counts> {
  readonly #counts = new Map<number | null, number>();

  add({ isProfiled, pid }: RecordReader): void {
    this.#add(isProfiled ? pid : null, 1);
  }

  state(): Counts {
    return this.#counts;
  }

  absorb(state: Counts): void {
    for (const [pid, count] of state) this.#add(pid, count);
  }

  result(): Counts {
    return this.#counts;
  }

  #add(pid: number | null, count: number): void {
    this.#counts.set(pid, (this.#counts.get(pid) ?? 0) + count);
  }
}

export const folds: RecordFolds<undefined, Counts, Counts> = { module: import.meta.url, open: () => new ProcessFold() };
