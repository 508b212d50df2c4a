import { Map, Math, Set } from '../host/intrinsics.js';
import { nearestAncestor } from '../model/label-path.js';
import type { NumberField } from '../model/number-metrics.js';
import { PROGRAM, type StageRow } from '../model/report.js';

/** The rows of a report by the row that they are in. */
export class RowTree {
  readonly #rows = new Map<string, StageRow>();
  readonly #parents = new Map<string, string | null>();
  readonly #children = new Map<string | null, StageRow[]>();

  /** @param outside what no stage did; null if it is not known */
  constructor(stages: readonly StageRow[], outside: StageRow | null) {
    const labels = new Set(stages.map(({ stage }) => stage));
    for (const row of stages) this.#add(row, nearestAncestor(row.stage, labels));
    if (outside !== null) this.#add(outside, null);
  }

  /**
   * What others freed more than they made, whoever made it: other rows, and the rows that this one is in by themselves. Rows
   * inside this one are a part of it. 0 for the whole program.
   */
  freedElsewhereKib(field: NumberField, stage: string): number {
    if (stage === PROGRAM) return 0;
    let freedKib = 0;
    for (let inside: string | null = stage; inside !== null; ) {
      const parent: string | null = this.#parents.get(inside) ?? null;
      // What the row around has by itself is not known if its field is not.
      let ownKib = parent === null ? null : (this.#rows.get(parent)?.[field] ?? null);
      for (const row of this.#children.get(parent) ?? []) {
        const kib = row[field] ?? 0;
        if (ownKib !== null) ownKib -= kib;
        if (row.stage !== inside) freedKib += Math.max(0, -kib);
      }
      freedKib += Math.max(0, -(ownKib ?? 0));
      inside = parent;
    }
    return freedKib;
  }

  #add(row: StageRow, parent: string | null): void {
    this.#rows.set(row.stage, row);
    this.#parents.set(row.stage, parent);
    const siblings = this.#children.get(parent);
    if (siblings === undefined) this.#children.set(parent, [row]);
    else siblings.push(row);
  }
}
