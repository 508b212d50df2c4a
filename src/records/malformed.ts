import type { LinePosition } from './positions.js';

/** Malformed lines that are named; the others are counted. */
export const MOST_NAMED = 20;

export interface MalformedLine extends LinePosition {
  readonly reason: string;
}

/** Lines that are no records: all are counted, the first are named. */
export class MalformedLines {
  #count = 0;
  readonly #named: MalformedLine[] = [];

  get count(): number {
    return this.#count;
  }

  get named(): readonly MalformedLine[] {
    return this.#named;
  }

  add({ part, line }: LinePosition, reason: string): void {
    this.#count++;
    if (this.#named.length < MOST_NAMED) this.#named.push({ part, line, reason });
  }

  /** Adds the lines of later parts. */
  absorb(count: number, named: readonly MalformedLine[]): void {
    this.#count += count;
    this.#named.push(...named.slice(0, MOST_NAMED - this.#named.length));
  }
}
