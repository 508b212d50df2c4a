import { Accounting } from '../../src/accounting/accounting.js';
import type { OpenCall } from '../../src/accounting/open-call.js';
import { rowsWithOpenCalls } from '../../src/accounting/totals.js';
import { resolveOptions, type StageProfilerOptions } from '../../src/model/options.js';
import type { LabelNode } from '../../src/store/labels.js';
import { columnOf } from '../../src/store/row-store.js';
import type { StateMemory } from '../../src/store/state-memory.js';
import { ScriptedSampler } from './scripted-sampler.js';

/** Accounting on a scripted sampler, without a profiler around it: a test opens and closes its calls itself. */
export class AccountingRun {
  readonly sampler: ScriptedSampler;
  readonly accounting: Accounting;
  /** How often a collection was forced. Each takes 1,000 ns of wall and CPU time and leaves `live` bytes of heap. */
  collections = 0;
  live = 0;

  constructor(
    options: StageProfilerOptions = {},
    tellsRunning = false,
    sampler = new ScriptedSampler(),
    memory?: StateMemory,
  ) {
    this.sampler = sampler;
    this.accounting = new Accounting(sampler, resolveOptions(options), tellsRunning, memory);
    const { collection } = this.accounting;
    if (collection !== null)
      Object.assign(collection, {
        gc: (options?: { type: 'minor' }) => {
          if (options === undefined) this.collect();
        },
      });
  }

  get outside(): OpenCall {
    return this.accounting.calls.outside;
  }

  node(path: string): LabelNode {
    const { labels } = this.accounting;
    return path.split('.').reduce((node, label) => labels.child(node, label), labels.root);
  }

  /** Opens a call and takes its entry sample. */
  open(path: string, parent = this.outside): OpenCall {
    const call = this.accounting.open(this.node(path), parent);
    this.accounting.enter(call);
    return call;
  }

  close(call: OpenCall, failed = false): void {
    this.accounting.finish(call, failed, null);
  }

  /** Lets wall time pass, and twice as much CPU time of the process. */
  pass(wallNs: number): void {
    this.sampler.advance({ wall_ns: wallNs, process_cpu_ns: 2 * wallNs });
  }

  /** Cells of the row of a label, by field; also of what is still open. */
  row<F extends string>(path: string, ...fields: F[]): Record<F, number> {
    const rows = rowsWithOpenCalls(this.accounting);
    const { row } = this.node(path);
    return Object.fromEntries(fields.map((field) => [field, rows.get(row, columnOf(field))])) as Record<F, number>;
  }

  private collect(): void {
    this.collections++;
    this.sampler.advance({ wall_ns: 1_000, process_cpu_ns: 1_000, gc_calls: 1, thread_cpu_ns: 1_000 });
    this.sampler.set({ js_used_bytes: this.live });
  }
}
