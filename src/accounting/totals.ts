import { Float64Array, Map } from '../host/intrinsics.js';
import type { ThreadUse } from '../model/exact-use.js';
import { bucketOf } from '../model/histogram.js';
import { slotIndex } from '../model/sample-layout.js';
import { columnOf, RowStore } from '../store/row-store.js';
import { CALL_COVERED, CALL_SINCE } from '../store/state-memory.js';
import type { Accounting } from './accounting.js';
import { coveredNs } from './covered-time.js';
import { foldEntered } from './fold-call.js';
import type { OpenCall } from './open-call.js';
import { type SelfTimes, sumSelfTimes, THREAD_USE_SLOTS } from './self-times.js';

const WALL = slotIndex.wall_ns;
const CPU = slotIndex.process_cpu_ns;
const RSS = slotIndex.rss_bytes;

const CALLS = columnOf('calls');
const CALLS_BEFORE = columnOf('calls_before');

/** Wall and process CPU time in nanoseconds; NaN where not measured. */
export interface Elapsed {
  readonly wallNs: number;
  readonly cpuNs: number;
}

/** What has passed since the profiler was made. */
export interface Totals {
  readonly total: Elapsed;
  /** The part during which no call was open. */
  readonly outside: Elapsed;
  /** Resident set now; NaN where not measured. */
  readonly rssBytes: number;
  /** In the order of `EXACT_MEMBERS`, nanoseconds and bytes, NaN where not measured; null without self times. */
  readonly threadUse: readonly ThreadUse[] | null;
}

/**
 * Takes a sample apart from the ends of calls. What forced collections took belongs to no call: it is part of the total
 * and of what lies outside.
 */
export function measureTotals({ sampler, start, calls, fold, collection, selfTimes }: Accounting): Totals {
  const { slots } = sampler;
  const { children, entry } = calls.outside;
  selfTimes?.endAtWait();
  sampler.readExit();
  fold.notePeaks();
  const total: Elapsed = { wallNs: slots[WALL]! - start[WALL]!, cpuNs: slots[CPU]! - start[CPU]! };
  const used = THREAD_USE_SLOTS.map((slot) => slots[slot]! - start[slot]!);
  collection?.exclude();
  selfTimes?.charge();
  return {
    total,
    outside: {
      wallNs: total.wallNs - coveredNs(entry[CALL_COVERED]!, entry[CALL_SINCE]!, slots[WALL]!, children > 0),
      cpuNs: total.cpuNs - coveredNs(entry[CALL_COVERED + 1]!, entry[CALL_SINCE + 1]!, slots[CPU]!, children > 0),
    },
    rssBytes: slots[RSS]!,
    threadUse: selfTimes && threadUse(selfTimes, used, (slot) => collection?.excludedFrom(slot) ?? 0),
  };
}

function threadUse(selfTimes: SelfTimes, used: readonly number[], excludedFrom: (slot: number) => number): ThreadUse[] {
  const outside = selfTimes.outside();
  return used.map((total, i) => ({ total, outside: outside[i]! + excludedFrom(THREAD_USE_SLOTS[i]!) }));
}

/**
 * The rows as of the last sample, with what calls still open have used so far: a report made while stages run, or of a
 * run that was cut off, is as complete as one made at the end.
 */
export function rowsWithOpenCalls(accounting: Accounting): RowStore {
  const { calls, labels, selfTimes, store } = accounting;
  if (calls.length === 1 && selfTimes === null) return store;
  const rows = store.clone();
  const ahead = new Map<number, number>();
  for (const call of calls.stages()) {
    if (!call.isMeasured) continue;
    const { row } = call.node;
    foldOpen(accounting, call, rows, ahead.get(row) ?? 0);
    ahead.set(row, (ahead.get(row) ?? 0) + 1);
  }
  if (selfTimes !== null) sumSelfTimes(labels.entered, rows);
  return rows;
}

/** @param ahead how many open calls of its row were added before it */
function foldOpen({ fold, plan, sampler }: Accounting, call: OpenCall, rows: RowStore, ahead: number): void {
  const highest = new Float64Array(plan.peaks.length);
  fold.readPeaks(call.poolIndex, highest);
  const state = { hasChild: call.children > 0, innerClosed: call.innerClosed, ahead };
  foldEntered(plan, call.entry, state, sampler.slots, highest, rows.cells, rows.offset(call.node.row));
}

/**
 * One row for the whole run of the profiler, as if it were a call that ends with the last sample. Like a call, it has
 * nothing of forced collections.
 */
export function wholeRun(accounting: Accounting): RowStore {
  const { calls, labels, sampler, selfTimes } = accounting;
  const { outside } = calls;
  const rows = new RowStore();
  const row = rows.addRow(labels.root.path, accounting.store.get(labels.root.row, CALLS_BEFORE));
  foldOpen(accounting, outside, rows, 0);
  rows.cells[rows.offset(row) + CALLS]!++;
  rows.countDuration(row, bucketOf(sampler.slots[WALL]! - outside.entry[WALL]!));
  selfTimes?.addWholeRun(rows, row, outside.entry);
  return rows;
}
