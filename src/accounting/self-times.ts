import { Float64Array, Map, Number, Set } from '../host/intrinsics.js';
import { EXACT_MEMBERS } from '../model/exact-use.js';
import { ancestors } from '../model/label-path.js';
import { slotIndex, WAITED_CELL } from '../model/sample-layout.js';
import type { Sampler } from '../model/sampler.js';
import type { LabelNode } from '../store/labels.js';
import { addTo, columnOf, type RowStore } from '../store/row-store.js';

/** Made from slices, where there are any, and not from the ends of calls. */
export const SUMMED_FIELDS: ReadonlySet<string> = new Set(EXACT_MEMBERS.flatMap(({ whole }) => whole ?? []));

/** In the order of `EXACT_MEMBERS`. */
export const SLICED_SLOTS: readonly number[] = EXACT_MEMBERS.map(({ slot }) => slotIndex[slot]);
const SELF_COLUMNS: readonly number[] = EXACT_MEMBERS.map(({ self }) => columnOf(self));
const COUNT = EXACT_MEMBERS.length;

/** Whether a sample holds anything that could be charged. */
export function hasSlices(slots: Float64Array): boolean {
  return SLICED_SLOTS.some((slot) => !Number.isNaN(slots[slot]));
}

/**
 * Charges what this thread uses to the label whose code runs. Read is only where another label's code begins to run,
 * so that a change costs one reading, and no change a comparison.
 *
 *   a runs        10
 *   switch to b   a: 10         b awaits, a continues
 *   switch to a   b: 5
 *   sample        a: 10 + 3     the root's row has what ran outside of any stage
 *
 * When the event loop is about to wait, the addon reads a slice without entering JS, and the flag says so: what comes
 * after it until the next callback is outside of any stage.
 */
export class Slices {
  /** Whose code runs now; the root stands for code outside any stage. */
  private running: LabelNode;
  private readonly last = new Float64Array(COUNT);
  private readonly slots: Float64Array;

  /**
   * @param sampler its last sample is where the first slice begins
   * @param exclude takes the cost of forced collections out of these slots after a reading
   */
  constructor(
    private readonly sampler: Sampler,
    private readonly store: RowStore,
    private readonly root: LabelNode,
    private readonly exclude: ((slots: readonly number[]) => void) | null,
  ) {
    this.running = root;
    this.slots = sampler.slots;
    for (let i = 0; i < COUNT; i++) this.last[i] = this.slots[SLICED_SLOTS[i]!]!;
    this.resume(root);
  }

  /** From now on the code of `node` runs. */
  switchTo(node: LabelNode): void {
    const hasWaited = this.slots[WAITED_CELL] === 1;
    if (node === this.running && (!hasWaited || node === this.root)) return;
    if (hasWaited) {
      this.endAtWait();
      if (node === this.root) return;
    }
    this.sampler.readSlice();
    if (this.exclude !== null) this.exclude(SLICED_SLOTS);
    this.charge();
    this.resume(node);
  }

  /** To be called before each sample, which overwrites what was read when the event loop went to wait. */
  endAtWait(): void {
    const { root } = this;
    if (this.running === root || this.slots[WAITED_CELL] !== 1) return;
    if (this.exclude !== null) this.exclude(SLICED_SLOTS);
    this.charge();
    this.running = root;
  }

  /** The same at a sample that was just taken and charged: nothing is read. */
  resume(node: LabelNode): void {
    this.running = node;
    this.slots[WAITED_CELL] = node === this.root ? 1 : 0;
  }

  /** Charges what was used until the last sample to the label that ran. */
  charge(): void {
    const { last, slots, store } = this;
    const { cells } = store;
    const base = store.offset(this.running.row);
    for (let i = 0; i < COUNT; i++) {
      const now = slots[SLICED_SLOTS[i]!]!;
      addTo(cells, base + SELF_COLUMNS[i]!, now - last[i]!);
      last[i] = now;
    }
  }

  /** Adds what this thread has used from `entry` to the last sample, and the part of it outside any stage. */
  addLife(life: RowStore, row: number, entry: Float64Array): void {
    const base = life.offset(row);
    for (const [i, outside] of this.outside().entries()) {
      const { whole } = EXACT_MEMBERS[i]!;
      const slot = SLICED_SLOTS[i]!;
      if (whole !== null) addTo(life.cells, base + columnOf(whole), this.slots[slot]! - entry[slot]!);
      addTo(life.cells, base + SELF_COLUMNS[i]!, outside);
    }
  }

  /** What was charged to code outside any stage, in the order of `EXACT_MEMBERS`; NaN where not measured. */
  outside(): number[] {
    return SELF_COLUMNS.map((column) => this.store.get(this.root.row, column));
  }
}

/** Makes the fields of a row that hold the sum over it and the rows below it. */
export function sumSlices(nodes: readonly LabelNode[], rows: RowStore): void {
  const byPath = new Map(nodes.map((node) => [node.path, node]));
  for (const { self, whole } of EXACT_MEMBERS) {
    if (whole === null) continue;
    const from = columnOf(self);
    const to = columnOf(whole);
    for (const { path, row } of nodes) {
      const amount = rows.get(row, from);
      addTo(rows.cells, rows.offset(row) + to, amount);
      for (const ancestor of ancestors(path, byPath)) {
        addTo(rows.cells, rows.offset(byPath.get(ancestor)!.row) + to, amount);
      }
    }
  }
}
