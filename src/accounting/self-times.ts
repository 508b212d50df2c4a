import { Float64Array, Map, Number, Set } from '../host/intrinsics.js';
import { EXACT_MEMBERS } from '../model/exact-use.js';
import type { Fold } from '../model/fold.js';
import { ancestors } from '../model/label-path.js';
import { slotIndex, WAITED_CELL } from '../model/sample-layout.js';
import type { Sampler } from '../model/sampler.js';
import type { LabelNode } from '../store/labels.js';
import { addTo, columnOf, type RowStore } from '../store/row-store.js';
import type { ChargedUse } from './fold-plan.js';

/** With self times, these fields are sums of them, and are not made from the two ends of calls. */
export const SUMMED_FIELDS: ReadonlySet<string> = new Set(EXACT_MEMBERS.flatMap(({ whole }) => whole ?? []));

/** In the order of `EXACT_MEMBERS`. */
export const THREAD_USE_SLOTS: readonly number[] = EXACT_MEMBERS.map(({ slot }) => slotIndex[slot]);
const SELF_COLUMNS: readonly number[] = EXACT_MEMBERS.map(({ self }) => columnOf(self));
const COUNT = EXACT_MEMBERS.length;

/** What is charged to the row that runs. */
export const CHARGED: readonly ChargedUse[] = THREAD_USE_SLOTS.map((slot, i) => ({ slot, column: SELF_COLUMNS[i]! }));

/** Whether a sample has any use of this thread to be charged. */
export function hasThreadUse(slots: Float64Array): boolean {
  return THREAD_USE_SLOTS.some((slot) => !Number.isNaN(slots[slot]));
}

/**
 * Charges what this thread uses to the label whose code runs. The sampler is read only where code of another label
 * begins to run: such a change costs one reading, and where the label stays the same, a comparison.
 *
 *   a runs        10
 *   switch to b   a: 10         b awaits, a continues
 *   switch to a   b: 5
 *   sample        a: 10 + 3
 *
 * The row of the root has what ran outside any stage. When the event loop is about to wait, the addon reads the use of
 * the thread without entering JS, and sets `WAITED_CELL`: what is used from then to the next callback is outside any
 * stage.
 */
export class SelfTimes {
  /**
   * The row whose label's code runs now, 0 for code outside any stage; then what the thread had used by the last charge, in
   * the order of `EXACT_MEMBERS`. The fold charges at the ends of calls.
   */
  readonly use = new Float64Array(1 + COUNT);
  private readonly slots: Float64Array;

  /** @param sampler what is used from its last sample on is charged */
  constructor(
    sampler: Sampler,
    private readonly store: RowStore,
    private readonly root: LabelNode,
    private readonly fold: () => Fold,
  ) {
    this.slots = sampler.slots;
    for (let i = 0; i < COUNT; i++) this.use[1 + i] = this.slots[THREAD_USE_SLOTS[i]!]!;
    this.resume(root);
  }

  get hasWaited(): boolean {
    return this.slots[WAITED_CELL] === 1;
  }

  /** From now on the code of `node` runs. */
  switchTo(node: LabelNode): void {
    const { hasWaited } = this;
    const { row } = node;
    if (row === this.use[0] && (!hasWaited || row === 0)) return;
    if (hasWaited) {
      this.endAtWait();
      if (row === 0) return;
    }
    this.fold().chargeUntilNow();
    this.resume(node);
  }

  /** Called before each sample that is no end of a call. It would overwrite what was read when the event loop went to wait. */
  endAtWait(): void {
    this.fold().endAtWait();
  }

  /** The same as `switchTo`, just after a sample was taken and charged: nothing is read. */
  resume({ row }: LabelNode): void {
    this.use[0] = row;
    this.slots[WAITED_CELL] = row === 0 ? 1 : 0;
  }

  /** Charges what was used until the last sample to the label that ran. */
  charge(): void {
    this.fold().charge();
  }

  /** Adds what this thread has used from `entry` to the last sample to a row, and the part of it outside any stage. */
  addWholeRun(rows: RowStore, row: number, entry: Float64Array): void {
    const base = rows.offset(row);
    for (const [i, outside] of this.outside().entries()) {
      const { whole } = EXACT_MEMBERS[i]!;
      const slot = THREAD_USE_SLOTS[i]!;
      if (whole !== null) addTo(rows.cells, base + columnOf(whole), this.slots[slot]! - entry[slot]!);
      addTo(rows.cells, base + SELF_COLUMNS[i]!, outside);
    }
  }

  /** What was charged to code outside any stage, in the order of `EXACT_MEMBERS`; NaN where not measured. */
  outside(): number[] {
    return SELF_COLUMNS.map((column) => this.store.get(this.root.row, column));
  }
}

/** Fills the fields that hold the sum of the self times of a label and of all labels below it. */
export function sumSelfTimes(nodes: readonly LabelNode[], rows: RowStore): void {
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
