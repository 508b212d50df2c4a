import { wallNs } from '../host/clock.js';
import { slotIndex } from '../model/sample-layout.js';
import type { Sampler } from '../model/sampler.js';
import type { LabelNode } from '../store/labels.js';
import { OUTSIDE_ID, type StageRing, writeEntry } from './stage-ring.js';

const THREAD_CPU = slotIndex.thread_cpu_ns;

/** Where a thread's log is, and what turns labels into the numbers of its entries. */
export interface LoggedThread {
  readonly ring: StageRing;
  idOf(label: string): number;
}

/**
 * Writes down each time that code of another label begins to run, for one profiler. Samples of stacks that another thread
 * takes are joined with this log by their time.
 *
 * Used inside programs.
 */
export class StageLog {
  private running: LabelNode;
  /** By row. */
  private readonly ids: number[] = [];

  /** @param isRead whether `switchTo` finds the use of the thread already read: self times read it too */
  constructor(
    private readonly thread: LoggedThread,
    private readonly sampler: Sampler,
    private readonly root: LabelNode,
    private readonly isRead: boolean,
  ) {
    this.running = root;
    this.ids[root.row] = OUTSIDE_ID;
    this.write(root);
  }

  /** From now on the code of `node` runs. */
  switchTo(node: LabelNode): void {
    if (node === this.running) return;
    if (!this.isRead) this.sampler.readThreadUse();
    this.write(node);
  }

  /** The same as `switchTo`, just after a sample was taken. */
  resume(node: LabelNode): void {
    if (node !== this.running) this.write(node);
  }

  close(): void {
    this.switchTo(this.root);
  }

  private write(node: LabelNode): void {
    this.running = node;
    const id = this.ids[node.row] ?? this.enter(node);
    writeEntry(this.thread.ring, wallNs() / 1000, id, this.sampler.slots[THREAD_CPU]! / 1000);
  }

  private enter(node: LabelNode): number {
    const id = this.thread.idOf(node.path);
    this.ids[node.row] = id;
    return id;
  }
}
