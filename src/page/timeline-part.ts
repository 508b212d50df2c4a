import { PARTS } from '../model/composition.js';
import { SAMPLE_LENGTH, slotIndex } from '../model/sample-layout.js';
import { compositionOf } from '../native/account.js';
import type { TimelinePoint } from '../recorder/read-timeline.js';
import type { Recording } from '../recorder/reader.js';
import { shortCommand } from '../render/process-table.js';
import { composeKib } from '../report/composition.js';
import { counted } from '../text/format.js';
import type { TimelinePart } from './page-data.js';

/** Fewer points show nothing over time. */
const FEWEST_POINTS = 3;

/** A reading every tenth of a second. */
const INTERVAL_S = 0.1;

/** What a picture over time is made of. */
export type RecordedLife = Pick<Recording, 'timeline' | 'labels' | 'metadata' | 'samples' | 'calls'>;

/** The resident set of a process over time; null where its recorder has too few points. */
export function timelinePart(recorded: RecordedLife, name: string): TimelinePart | null {
  const { timeline, labels, metadata } = recorded;
  const points = [...timeline.points, ...lastPoint(recorded)].filter(({ account }) => !Number.isNaN(account[0]));
  if (points.length < FEWEST_POINTS) return null;
  const beginNs = points[0]!.wallNs;
  const compositions = points.map(composed);
  const keys = [...PARTS.map(({ part }) => part), 'other_kb' as const];
  const holders = keys.map((holder) => ({
    holder,
    kib: compositions.map((composition) =>
      holder === 'other_kb' ? atLeastZero(composition.other_kb) : composition[holder],
    ),
  }));
  const startedNs = metadata.start.wall_ns;
  return {
    name,
    startMs: metadata.made_at_ms > 0 ? Math.round(metadata.made_at_ms + (beginNs - startedNs) / 1e6) : null,
    t: points.map(({ wallNs }) => Math.round((wallNs - beginNs) / 1e6) / 1e3),
    rss: compositions.map(({ rss_kb }) => rss_kb),
    holders: holders.filter(({ kib }) => kib.some((value) => value !== null && value > 0)),
    cpu: cpuOf(points),
    stages: spansOf(points, new Map(labels.map(({ row, path }) => [row, path]))),
    note: noteOf(timeline.width, points),
  };
}

/** The last reading, which is not among the points if it is neither the highest nor the lowest of its run. */
function lastPoint({ timeline, samples: { moment, account }, calls }: RecordedLife): TimelinePoint[] {
  const wallNs = moment?.[slotIndex.wall_ns] ?? Number.NaN;
  if (moment === null || account === null || !(wallNs > (timeline.points.at(-1)?.wallNs ?? -1))) return [];
  const rows = calls.map(({ row }) => row).filter((row) => row > 0);
  return [
    {
      wallNs,
      processCpuNs: moment[slotIndex.process_cpu_ns]!,
      filePagesBytes: moment[slotIndex.file_bytes]!,
      jsUsedBytes: moment[slotIndex.js_used_bytes]!,
      openCalls: rows.length,
      account,
      rows: [...new Set(rows)],
    },
  ];
}

/** So many processes have a picture over time: those with the highest resident sets. */
const MOST_PROCESSES = 8;

/** The processes of a run over time, the one with the highest resident set first. */
export function timelineParts(recorded: readonly RecordedLife[]): TimelinePart[] {
  const parts = recorded.flatMap((one) => {
    const { pid, command } = one.metadata;
    const part = timelinePart(one, `${pid} ${shortCommand(command)}`);
    return part === null ? [] : [part];
  });
  const peakOf = ({ rss }: TimelinePart) => rss.reduce<number>((most, kib) => Math.max(most, kib ?? 0), 0);
  return parts.sort((a, b) => peakOf(b) - peakOf(a)).slice(0, MOST_PROCESSES);
}

function composed({ account, filePagesBytes, jsUsedBytes }: TimelinePoint) {
  const sample = new Float64Array(SAMPLE_LENGTH).fill(Number.NaN);
  sample[slotIndex.file_bytes] = filePagesBytes;
  sample[slotIndex.js_used_bytes] = jsUsedBytes;
  return composeKib(compositionOf(account, [], sample));
}

function atLeastZero(kib: number | null): number | null {
  return kib === null ? null : Math.max(0, kib);
}

/** CPUs in use since the point before; null where no reading has it. */
function cpuOf(points: readonly TimelinePoint[]): (number | null)[] | null {
  const cpu = points.map(({ wallNs, processCpuNs }, at) => {
    const before = points[at - 1];
    if (before === undefined) return null;
    const used = (processCpuNs - before.processCpuNs) / (wallNs - before.wallNs);
    return Number.isFinite(used) && used >= 0 ? Math.round(used * 1000) / 1000 : null;
  });
  return cpu.some((value) => value !== null) ? cpu : null;
}

/** The points at which each stage was open, as pairs, in the order of the stages' first entry. */
function spansOf(points: readonly TimelinePoint[], paths: ReadonlyMap<number, string>): TimelinePart['stages'] {
  const spans = new Map<number, number[]>();
  points.forEach(({ rows }, at) => {
    for (const row of rows) {
      const known = spans.get(row);
      if (known === undefined) spans.set(row, [at, at]);
      else if (known.at(-1) === at - 1) known[known.length - 1] = at;
      else known.push(at, at);
    }
  });
  return [...spans]
    .sort(([a], [b]) => a - b)
    .flatMap(([row, pairs]) => {
      const stage = paths.get(row);
      return stage === undefined ? [] : [{ stage, spans: pairs }];
    });
}

function noteOf(width: number, points: readonly TimelinePoint[]): string {
  const seconds = (points.at(-1)!.wallNs - points[0]!.wallNs) / 1e9;
  if (width === 1) return `${counted(points.length, 'reading')}, ten a second. Stages are those open at a reading.`;
  const readings = Math.round(seconds / INTERVAL_S).toLocaleString('en-US');
  return `${counted(points.length, 'point')} of some ${readings} readings: of each ${width} the highest and the lowest resident set. Stages are those open at a point.`;
}
