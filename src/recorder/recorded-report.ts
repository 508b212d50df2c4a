import { JSON, Math, Number } from '../host/intrinsics.js';
import { LabelNode } from '../labels.js';
import { countedWarnings } from '../misuse.js';
import { buildReport, type HeaderFacts } from '../report/build.js';
import { type ExactUse, exactUse } from '../report/exact-use.js';
import { kibOf, secondsOf } from '../report/quantities.js';
import type { Report } from '../report/report.js';
import { addTo, columnOf, RowStore, raiseTo } from '../row-store.js';
import { SLICED, sumSlices } from '../slices.js';
import { TRACKER_METHOD } from '../sources.js';
import type { RecordedCall } from './read-open-calls.js';
import type { RecordedReading } from './read-readings.js';
import type { Recording } from './reader.js';
import { systemFault } from './system-fault.js';

const WALL = columnOf('wall_s');
const WALL_MAX = columnOf('wall_max_s');
const WALL_SELF = columnOf('wall_self_s');
const CPU = columnOf('cpu_s');
const CPU_SELF = columnOf('cpu_self_s');
const THREAD_CPU = columnOf('thread_cpu_s');
const RSS = columnOf('rss_kb_delta');
const RSS_PEAK = columnOf('rss_kb_peak_max');
const OPEN = columnOf('open');
const CALLS = columnOf('calls');

const NO_READING: RecordedReading = {
  wall_ns: Number.NaN,
  rss_bytes: Number.NaN,
  rss_peak_bytes: Number.NaN,
  native_bytes: Number.NaN,
  thread_cpu_ns: Number.NaN,
  process_cpu_ns: Number.NaN,
};

const ONLY_CLOSED =
  'in rows of open stages, time, CPU and resident memory are up to the last reading, all else of closed calls only';

/** The report of the process as far as the recorder tells. Changes the rows of the recording. */
export function reportOf(recording: Recording): Report {
  const { labels, store, modules, calls } = recording;
  const last = lastReading(recording);
  for (const call of calls) if (call.row !== 0 && !call.folding) foldOpenCall(recording, call, last);
  const nodes = labels.map(({ path, row }) => new LabelNode(path, row));
  if (isExact(recording)) sumSlices(nodes, store);
  const life = lifeOf(recording, last);
  const report = buildReport(headerFacts(recording, last), nodes, { stages: store, life, modules }, null);
  // Modules are in samples only, of which the recorder has none of the program's end.
  return { ...report, program: report.program && { ...report.program, native_modules: null } };
}

/** The row of the whole program: of what only its own samples tell nothing is known. */
function lifeOf(recording: Recording, last: RecordedReading): RowStore {
  const life = new RowStore();
  const row = life.addRow('');
  life.cells[life.offset(row) + CALLS]!++;
  const outside = recording.calls.find((call) => call.row === 0);
  if (outside !== undefined) foldOpenCall({ ...recording, store: life }, outside, last);
  return life;
}

/** All NaN where there is none. */
export function lastReading({ readings }: Recording): RecordedReading {
  return readings.at(-1) ?? NO_READING;
}

/** The last moment that the recorder knows of: a stage may have been entered after the last reading. NaN for none. */
export function lastMomentNs(recording: Recording): number {
  const moments = [lastReading(recording).wall_ns, recording.facts.start.wall_ns];
  for (const { entry, since } of recording.calls) moments.push(entry.wall_ns, since.wall_ns);
  const known = moments.filter((moment) => !Number.isNaN(moment));
  return known.length === 0 ? Number.NaN : known.reduce((a, b) => Math.max(a, b));
}

/** Adds what an open call has used up to the last reading to its row, as a report in the process would. */
function foldOpenCall(recording: Recording, call: RecordedCall, last: RecordedReading): void {
  const { store, readings, calls } = recording;
  const { cells } = store;
  const base = store.offset(call.row);
  const { entry, covered, since } = call;
  const wallNs = last.wall_ns - entry.wall_ns;
  // Entered after the last reading: nothing is known of it yet.
  if (!(wallNs >= 0)) return;
  const hasChild = calls.some(({ parent }) => parent === call.place);
  const cpuNs = last.process_cpu_ns - entry.process_cpu_ns;
  addTo(cells, base + WALL, wallNs);
  raiseTo(cells, base + WALL_MAX, wallNs);
  addTo(
    cells,
    base + WALL_SELF,
    atLeastZero(wallNs - coveredNs(covered.wall_ns, since.wall_ns, last.wall_ns, hasChild)),
  );
  addTo(cells, base + CPU, atLeastZero(cpuNs));
  const coveredCpuNs = coveredNs(covered.process_cpu_ns, since.process_cpu_ns, last.process_cpu_ns, hasChild);
  addTo(cells, base + CPU_SELF, atLeastZero(cpuNs - coveredCpuNs));
  // With exact attribution it is summed up from what each stage used itself.
  if (!isExact(recording)) addTo(cells, base + THREAD_CPU, atLeastZero(last.thread_cpu_ns - entry.thread_cpu_ns));
  addTo(cells, base + RSS, last.rss_bytes - entry.rss_bytes);
  if (Number.isNaN(entry.rss_bytes)) return;
  raiseTo(cells, base + RSS_PEAK, entry.rss_bytes);
  for (const { wall_ns, rss_bytes } of readings) {
    if (wall_ns >= entry.wall_ns) raiseTo(cells, base + RSS_PEAK, rss_bytes);
  }
}

function isExact({ facts }: Recording): boolean {
  return facts.sources.attribution.truth === 'exact';
}

/** Up to the last sample, but for forced collections, which are charged to nobody. */
function exactOf(recording: Recording): ExactUse | null {
  if (!isExact(recording)) return null;
  const { store, labels } = recording;
  return exactUse(
    SLICED.map(({ self }) => {
      const column = columnOf(self);
      const outside = store.get(0, column);
      const rows = labels.map(({ row }) => store.get(row, column)).filter((use) => !Number.isNaN(use));
      return { outside, total: rows.reduce((sum, use) => sum + use, outside) };
    }),
  );
}

function coveredNs(covered: number, since: number, now: number, hasChild: boolean): number {
  return hasChild ? covered + atLeastZero(now - since) : covered;
}

/** NaN stays NaN. */
function atLeastZero(value: number): number {
  return value < 0 ? 0 : value;
}

function headerFacts(recording: Recording, last: RecordedReading): HeaderFacts {
  const { facts, calls, state } = recording;
  const { sources, start } = facts;
  const outside = calls.find(({ row }) => row === 0);
  const isOpen = calls.some(({ row }) => row !== 0);
  const nowNs = lastMomentNs(recording);
  const covered = coveredNs(outside?.covered.wall_ns ?? 0, outside?.since.wall_ns ?? 0, nowNs, isOpen);
  const coveredCpu = coveredNs(
    outside?.covered.process_cpu_ns ?? 0,
    outside?.since.process_cpu_ns ?? 0,
    last.process_cpu_ns,
    isOpen,
  );
  // Calls may have closed after the last reading.
  const totalNs = atLeastZero(Math.max(nowNs - start.wall_ns, covered));
  const totalCpuNs =
    start.process_cpu_ns === null ? Number.NaN : atLeastZero(last.process_cpu_ns - start.process_cpu_ns);
  const rssPeaks = recording.readings.flatMap(({ rss_bytes, rss_peak_bytes }) => [rss_bytes, rss_peak_bytes]);
  return {
    total_wall_s: secondsOf(totalNs) ?? 0,
    total_cpu_s: secondsOf(totalCpuNs),
    outside_wall_s: secondsOf(atLeastZero(totalNs - covered)) ?? 0,
    outside_cpu_s: secondsOf(atLeastZero(totalCpuNs - coveredCpu)),
    rss_kb_now: kibOf(last.rss_bytes),
    rss_kb_peak: kibOf(highest(rssPeaks)),
    composition: null,
    exact: exactOf(recording),
    js_memory_traced: sources.js_peak.truth === 'exact',
    native_memory_traced: sources.native.method === TRACKER_METHOD,
    sources,
    labels_folded: recording.counts.labels_folded,
    warnings: warningsOf(recording),
    node: facts.node,
    pid: facts.pid,
    thread: facts.thread,
    ...(state === 'closed' ? {} : { partial: true }),
    ...(facts.slurm === null ? {} : { slurm: facts.slurm }),
  };
}

function highest(values: readonly number[]): number {
  return values.reduce((high, value) => (value > high || Number.isNaN(high) ? value : high), Number.NaN);
}

function warningsOf({ counts, state, failure, calls, labels, store, faults }: Recording): string[] {
  const warnings = countedWarnings((name) => counts[name]);
  if (labels.some(({ row }) => store.get(row, OPEN) > 0)) warnings.push(ONLY_CLOSED);
  if (state === 'abandoned') {
    warnings.push(`the recorder was given up, ${systemFault(failure).reason}: what came later is not in it`);
  } else {
    for (const { row } of calls.filter((call) => call.folding)) {
      const path = labels.find((label) => label.row === row)?.path;
      warnings.push(`stopped while a call was added to ${JSON.stringify(path)}: the row may have part of it`);
    }
  }
  for (const fault of faults) warnings.push(`of the recorder, ${fault}`);
  return warnings;
}
