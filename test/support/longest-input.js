// A reader of records in one file: the length of the longest name of an input, and the names that were seen, in order.

class LongestInput {
  #longest = 0;
  #names = [];

  add(record) {
    const name = record.inputName() ?? '';
    this.#longest = Math.max(this.#longest, name.length);
    this.#names.push(name);
  }

  state() {
    return { longest: this.#longest, names: this.#names };
  }

  absorb({ longest, names }) {
    this.#longest = Math.max(this.#longest, longest);
    this.#names.push(...names);
  }

  result() {
    return { longest: this.#longest, names: this.#names };
  }
}

/** @type {import('../../src/records/record-fold.js').RecordFolds<undefined, Names, Names>} */
export const folds = { module: import.meta.url, open: () => new LongestInput() };

/** @typedef {{ longest: number, names: string[] }} Names */
