import { wallNs } from '../host/clock.js';
import { Number } from '../host/intrinsics.js';
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
  private readonly readCpuNs: () => number;

  /** @param isRead whether `switchTo` finds the use of the thread already read: self times read it too */
  constructor(
    private readonly thread: LoggedThread,
    private readonly sampler: Sampler,
    private readonly root: LabelNode,
    isRead: boolean,
  ) {
    this.running = root;
    this.ids[root.row] = OUTSIDE_ID;
    const sampledNs = (): number => sampler.slots[THREAD_CPU]!;
    if (isRead || Number.isNaN(sampledNs())) this.readCpuNs = sampledNs;
    // The clock alone: what the heap and the tracker have counted is not in the log.
    else if (!Number.isNaN(sampler.readThreadCpuNs())) this.readCpuNs = () => sampler.readThreadCpuNs();
    else {
      this.readCpuNs = () => {
        sampler.readThreadUse();
        return sampledNs();
      };
    }
    this.write(root, sampledNs());
  }

  /** From now on the code of `node` runs. */
  switchTo(node: LabelNode): void {
    if (node !== this.running) this.write(node, this.readCpuNs());
  }

  /** The same as `switchTo`, just after a sample was taken. */
  resume(node: LabelNode): void {
    if (node !== this.running) this.write(node, this.sampler.slots[THREAD_CPU]!);
  }

  close(): void {
    this.switchTo(this.root);
  }

  private write(node: LabelNode, cpuNs: number): void {
    const id = this.ids[node.row] ?? this.enter(node);
    writeEntry(this.thread.ring, wallNs() / 1000, id, cpuNs / 1000);
    // Last: what fails is written the next time.
    this.running = node;
  }

  private enter(node: LabelNode): number {
    const id = this.thread.idOf(node.path);
    this.ids[node.row] = id;
    return id;
  }
}
