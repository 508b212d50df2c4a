/** Stands for the kind where the error of a record names none. */
export const NO_KIND = '(none)';
/** Further kinds are counted under this name: memory has to have a bound. */
export const OTHER_KINDS = '(other)';

const MOST_KINDS = 64;
const LONGEST_KIND = 64;

/** How many inputs failed, by kind. */
export type FailureCounts = ReadonlyMap<string, number>;

/** Counts failed inputs by the kind that their records name. */
export class Failures {
  readonly #byKind = new Map<string, number>();

  /** @param error the parsed member of a record */
  add(error: unknown): void {
    const kind: unknown = typeof error === 'object' && error !== null && (error as { kind?: unknown }).kind;
    this.#count(typeof kind === 'string' && kind !== '' ? shortened(kind) : NO_KIND, 1);
  }

  absorb(counts: FailureCounts): void {
    for (const [kind, count] of counts) this.#count(kind, count);
  }

  state(): FailureCounts {
    return this.#byKind;
  }

  /** The most frequent kind first. Kinds of the same count are sorted by name, whatever the order of the files. */
  result(): FailureCounts {
    return new Map([...this.#byKind].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
  }

  #count(kind: string, count: number): void {
    const known = this.#byKind.has(kind) || this.#byKind.size < MOST_KINDS ? kind : OTHER_KINDS;
    this.#byKind.set(known, (this.#byKind.get(known) ?? 0) + count);
  }
}

function shortened(kind: string): string {
  return kind.length <= LONGEST_KIND ? kind : `${kind.slice(0, LONGEST_KIND)}…`;
}
