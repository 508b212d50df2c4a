import { coveredNs } from '../accounting/covered-time.js';
import { sumSelfTimes } from '../accounting/self-times.js';
import { withSharedEntries } from '../attribution/attribution-state.js';
import { JSON, Map, Math, Number } from '../host/intrinsics.js';
import { EXACT_MEMBERS, type ExactUse } from '../model/exact-use.js';
import { kibOf, secondsOf } from '../model/quantities.js';
import type { Report } from '../model/report.js';
import { isCount } from '../model/report-check.js';
import { MALLOC_READINGS_CELL, MALLOC_SKIPPED_CELL, SHARED_ENTRIES_CELL, slotIndex } from '../model/sample-layout.js';
import { type SourceState, type Sources, TRACKER_METHOD } from '../model/sources.js';
import type { StageCost } from '../model/stage-cost.js';
import { formatWarning } from '../model/warnings.js';
import { compositionOf } from '../native/account.js';
import { countedState } from '../native/tracker-state.js';
import { systemFault } from '../os/system-fault.js';
import { buildReport, type MeasuredHeader } from '../report/build.js';
import { composeKib } from '../report/composition.js';
import { countedWarnings } from '../report/counted-warnings.js';
import { exactUse } from '../report/exact-use.js';
import { liveModules } from '../report/live-modules.js';
import { LabelNode } from '../store/labels.js';
import { columnOf, RowStore } from '../store/row-store.js';
import { highestOf, lastSampleOf } from './last-sample.js';
import { atLeastZero, type FoldContext, foldOpenCall, foldWholeRun } from './open-call-fold.js';
import type { RecordedReading } from './read-readings.js';
import type { Recording } from './reader.js';

const WALL = slotIndex.wall_ns;
const CPU = slotIndex.process_cpu_ns;
const CALLS = columnOf('calls');

const NO_READING: RecordedReading = {
  wall_ns: Number.NaN,
  rss_bytes: Number.NaN,
  rss_peak_bytes: Number.NaN,
  native_bytes: Number.NaN,
  thread_cpu_ns: Number.NaN,
  process_cpu_ns: Number.NaN,
  js_peak_bytes: Number.NaN,
  native_peak_bytes: Number.NaN,
};

/**
 * The report of the process up to the last boundary of a stage or the last reading, whichever is later. Changes the
 * rows of the recording.
 */
export function reportOf(recording: Recording): Report {
  const { labels, store, modules, calls } = recording;
  const last = lastSampleOf(recording);
  const context: FoldContext = { last, readings: recording.readings, isExact: isExact(recording) };
  const hasChild = (slot: number): boolean => calls.some(({ parent }) => parent === slot);
  const ahead = new Map<number, number>();
  for (const call of calls) {
    const { row, folding, slot } = call;
    if (row === 0 || folding) continue;
    foldOpenCall(store, row, call, hasChild(slot), context, ahead.get(row) ?? 0);
    ahead.set(row, (ahead.get(row) ?? 0) + 1);
  }
  const nodes = labels.map(({ path, row }) => new LabelNode(path, row));
  if (context.isExact) sumSelfTimes(nodes, store);
  const wholeRun = new RowStore();
  const outside = calls.find(({ row }) => row === 0);
  if (outside === undefined) wholeRun.addRow('');
  else foldWholeRun(wholeRun, outside, hasChild(outside.slot), context, store.get(0, columnOf('calls_before')));
  return buildReport(measuredHeader(recording, last), nodes, { stages: store, wholeRun, modules }, costOf(recording));
}

/** What a stage has cost; null where that cannot be told. */
function costOf({ own, labels, store }: Recording): StageCost | null {
  if (own === null) return null;
  let closed = 0;
  for (const { row } of labels) closed += store.get(row, CALLS);
  return closed === 0 ? { fullNs: 0, innerNs: 0 } : { fullNs: own.ns / closed, innerNs: own.innerNs / closed };
}

/** All NaN where there is no reading. */
export function lastReading({ readings }: Recording): RecordedReading {
  return readings.at(-1) ?? NO_READING;
}

/** The last moment that the recorder knows. A stage may have been entered after the last sample. NaN for none. */
export function lastMomentNs(recording: Recording): number {
  const moments = [lastSampleOf(recording)[WALL]!, recording.metadata.start.wall_ns];
  for (const { entry, since } of recording.calls) moments.push(entry[WALL]!, since.wall_ns);
  return highestOf(moments);
}

function isExact({ metadata }: Recording): boolean {
  return metadata.sources.attribution.truth === 'exact';
}

/** What was used up to the last sample, without forced collections, which are charged to no stage. */
function exactOf(recording: Recording): ExactUse | null {
  if (!isExact(recording)) return null;
  const { store, labels } = recording;
  return exactUse(
    EXACT_MEMBERS.map(({ self }) => {
      const column = columnOf(self);
      const outside = store.get(0, column);
      const rows = labels.map(({ row }) => store.get(row, column)).filter((use) => !Number.isNaN(use));
      return { outside, total: rows.reduce((sum, use) => sum + use, outside) };
    }),
  );
}

function measuredHeader(recording: Recording, last: Float64Array): MeasuredHeader {
  const { metadata, calls, state, modules, samples } = recording;
  const { start } = metadata;
  const sources = sourcesAtEnd(recording, last);
  const outside = calls.find(({ row }) => row === 0);
  const isOpen = calls.some(({ row }) => row !== 0);
  const nowNs = lastMomentNs(recording);
  const covered = coveredNs(outside?.covered.wall_ns ?? 0, outside?.since.wall_ns ?? 0, nowNs, isOpen);
  const coveredCpu = coveredNs(
    outside?.covered.process_cpu_ns ?? 0,
    outside?.since.process_cpu_ns ?? 0,
    last[CPU]!,
    isOpen,
  );
  const totalNs = atLeastZero(Math.max(nowNs - start.wall_ns, covered));
  const usedNs = start.process_cpu_ns === null ? Number.NaN : last[CPU]! - start.process_cpu_ns;
  const totalCpuNs = usedNs < coveredCpu ? coveredCpu : atLeastZero(usedNs);
  const rssPeaks = recording.readings.flatMap(({ rss_bytes, rss_peak_bytes }) => [rss_bytes, rss_peak_bytes]);
  return {
    total_wall_s: secondsOf(totalNs) ?? 0,
    total_cpu_s: secondsOf(totalCpuNs),
    outside_wall_s: secondsOf(atLeastZero(totalNs - covered)) ?? 0,
    outside_cpu_s: secondsOf(atLeastZero(totalCpuNs - coveredCpu)),
    rss_kb_now: kibOf(last[slotIndex.rss_bytes]!),
    rss_kb_peak: kibOf(highestOf(rssPeaks)),
    composition:
      samples.account === null ? null : composeKib(compositionOf(samples.account, modules ?? [], samples.moment)),
    composition_at_peak:
      samples.peakAccount === null ? null : composeKib(compositionOf(samples.peakAccount, modules ?? [])),
    live_modules: liveModules(modules, last),
    exact: exactOf(recording),
    js_memory_traced: sources.js_peak.truth === 'exact',
    native_memory_traced: sources.native.method === TRACKER_METHOD,
    sources,
    labels_folded: recording.counts.labels_folded,
    warnings: warningsOf(recording),
    node: metadata.node,
    pid: metadata.pid,
    thread: metadata.thread,
    stages_wall_s: secondsOf(Math.min(covered, totalNs)) ?? 0,
    load_per_cpu: metadata.load_per_cpu,
    // A process that ended by itself was read once more at its end.
    ...(state === 'closed' || state === 'ended' ? {} : { partial: true }),
    ...(metadata.slurm === null ? {} : { slurm: metadata.slurm }),
  };
}

/** The sources as they were at the start, with what was counted since. */
function sourcesAtEnd({ metadata, missed, samples, trackerBoundBytes }: Recording, last: Float64Array): Sources {
  const { native, allocator, attribution } = metadata.sources;
  const counted = (state: SourceState): SourceState => {
    const [readings, skipped] = [last[MALLOC_READINGS_CELL]!, last[MALLOC_SKIPPED_CELL]!];
    return state.readings !== undefined && isCount(readings) && isCount(skipped)
      ? { ...state, readings, skipped }
      : state;
  };
  return {
    ...metadata.sources,
    native: native.method === TRACKER_METHOD ? countedState(native, trackerBoundBytes, missed) : counted(native),
    allocator: counted(allocator),
    attribution: withSharedEntries(attribution, samples.boundary?.[SHARED_ENTRIES_CELL] ?? 0),
  };
}

function warningsOf({ metadata, counts, state, failure, writerFailure, calls, labels, faults }: Recording): string[] {
  const first = labels.find(({ row }) => row === counts.first_across_await)?.path ?? null;
  const warnings = [...metadata.warnings, ...countedWarnings((name) => counts[name], first)];
  if (state === 'abandoned') {
    warnings.push(
      formatWarning(`the recorder was given up, ${systemFault(failure).reason}: what came later is not in it`, 1),
    );
  } else {
    for (const { row } of calls.filter((call) => call.folding)) {
      const path = labels.find((label) => label.row === row)?.path;
      warnings.push(`stopped while a call was added to ${JSON.stringify(path)}: the row may have part of it`);
    }
  }
  if (writerFailure !== 0) {
    warnings.push(
      `no thread could be started to take readings, ${systemFault(writerFailure).reason}: numbers are as of the last boundary of a stage`,
    );
  }
  for (const fault of faults) warnings.push(`recorder: ${fault}`);
  return warnings;
}
