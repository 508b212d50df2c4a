import { Number, Object } from '../host/intrinsics.js';
import type { Missed } from '../native/tracker-state.js';
import type { UsageWarning } from '../report/counted-warnings.js';
import type { RowStore } from '../store/row-store.js';
import type { RecorderBytes } from './file-bytes.js';
import { isPossible, STATE } from './format.js';
import type { RecorderMetadata } from './metadata.js';
import { type LiveNumbers, readHeader } from './read-header.js';
import { readLabels } from './read-labels.js';
import { readMetadata } from './read-metadata.js';
import { readModules } from './read-modules.js';
import { type RecordedCall, readOpenCalls } from './read-open-calls.js';
import { type RecordedReading, readReadings } from './read-readings.js';
import { checkRowBytes, type RecordedLabel, readRows, rowsThere } from './read-rows.js';
import { type RecordedSamples, readSamples } from './read-samples.js';
import { type RecordedTimeline, readTimeline } from './read-timeline.js';

/** What became of the recorder. */
export type RecorderState = keyof typeof STATE;

/** All that a recorder had at the moment when it was read. */
export interface Recording {
  readonly metadata: RecorderMetadata;
  readonly state: RecorderState;
  /** The errno for which the recorder was given up. */
  readonly failure: number;
  /** The errno for which no thread took readings; 0 where one did. */
  readonly writerFailure: number;
  /** What the tracker had no room for or could not follow, and by how much its peaks may be off; 0 without it. */
  readonly missed: Missed;
  readonly trackerBoundBytes: number;
  readonly counts: { readonly [N in UsageWarning | 'labels_folded' | 'first_across_await']: number };
  /** What the profiler itself has cost so far, and the part of it in the elapsed times of stages; null where that is damaged. */
  readonly own: { readonly ns: number; readonly innerNs: number } | null;
  /** In order of first entry. */
  readonly labels: readonly RecordedLabel[];
  readonly store: RowStore;
  /** Null where modules were not counted. */
  readonly modules: readonly string[] | null;
  /** In the order in which they were entered. The first stands for being outside any stage. */
  readonly calls: readonly RecordedCall[];
  readonly samples: RecordedSamples;
  /** Oldest first, a tenth of a second apart unless the machine was busy. */
  readonly readings: readonly RecordedReading[];
  /** The resident set by holder, over the whole life of the process. */
  readonly timeline: RecordedTimeline;
  /** One short text for each part that was damaged, cut off or unknown. */
  readonly faults: readonly string[];
}

/**
 * Reads a recorder, any part of which may be missing or wrong: what can be read is in the result, the rest is named in
 * `faults`. Memory and time are proportional to the rows that the file has room for.
 *
 * @throws {Error} `ERR_STAGEPROF_RECORDER` for a file that is no recorder, has another version, or has a damaged header
 */
export function readRecorder(bytes: RecorderBytes): Recording {
  const faults: string[] = [];
  const { sizes, live } = readHeader(bytes);
  const metadata = readMetadata(bytes, sizes);
  checkRowBytes(metadata, sizes);

  const rowCount = rowsThere(bytes, sizes, live.rows, faults);
  const paths = readLabels(bytes, sizes, rowCount, faults);
  const { store, labels } = readRows(bytes, sizes, metadata, paths, faults);
  const calls = readOpenCalls(bytes, sizes, metadata, paths.length);
  const state = (Object.keys(STATE) as RecorderState[]).find((name) => STATE[name] === live.state);
  if (state === undefined) faults.push(`its state is ${live.state}`);
  return {
    metadata,
    state: state ?? 'open',
    failure: countOf(live.failure),
    writerFailure: countOf(live.writer_failure),
    missed: {
      modulesMissed: countOf(live.modules_missed),
      mappingsMissed: countOf(live.mappings_missed),
      liveMissed: countOf(live.live_missed),
    },
    trackerBoundBytes: countOf(live.tracker_bound_bytes),
    counts: {
      labels_folded: countOf(live.labels_folded),
      ended_out_of_order: countOf(live.ended_out_of_order),
      started_late: countOf(live.started_late),
      open_across_await: countOf(live.open_across_await),
      out_of_stack: countOf(live.out_of_stack),
      not_measured: countOf(live.not_measured),
      first_across_await: countOf(live.first_across_await),
    },
    own: ownOf(live),
    labels,
    store,
    modules: metadata.counts_modules ? readModules(bytes, sizes, live.module_count) : null,
    calls,
    samples: readSamples(bytes, sizes, metadata, live.moment_count),
    readings: readReadings(bytes, sizes, metadata.reading, live.reading_count),
    timeline: readTimeline(bytes, sizes, metadata.timeline, live),
    faults,
  };
}

function ownOf({ own_ns: ns, own_inner_ns: innerNs }: LiveNumbers): Recording['own'] {
  return isPossible(ns) && isPossible(innerNs) && innerNs <= ns ? { ns, innerNs } : null;
}

/** 0 for a number that is no count: a file may have any. */
function countOf(value: number): number {
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
