import { type Composition, PARTS } from '../model/composition.js';
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

/** So many processes have a picture over time: those with the highest resident sets. */
const MOST_PROCESSES = 8;

/** What a picture over time is made of. */
export type RecordedLife = Pick<Recording, 'timeline' | 'labels' | 'metadata' | 'samples' | 'calls'>;

/** A moment of a process. */
export interface LifePoint {
  readonly wallNs: number;
  /** NaN where it was not read. */
  readonly processCpuNs: number;
  readonly composition: Composition;
  /** Labels of the stages that were open, in the order of their first entry. */
  readonly stages: readonly string[];
}

/** The resident set of a process over time; null where its recorder has too few points. */
export function timelinePart(recorded: RecordedLife, name: string): TimelinePart | null {
  const points = lifePoints(recorded);
  const { timeline, metadata } = recorded;
  const [first] = points;
  if (first === undefined) return null;
  const sinceStartMs = (first.wallNs - metadata.start.wall_ns) / 1e6;
  const startMs = metadata.made_at_ms > 0 ? Math.round(metadata.made_at_ms + sinceStartMs) : null;
  return partOf(points, { name, startMs, note: noteOf(timeline.width, points) });
}

/** The processes of a run over time, the one with the highest resident set first. */
export function timelineParts(recorded: readonly RecordedLife[]): TimelinePart[] {
  return largestParts(
    recorded.map((one) => timelinePart(one, `${one.metadata.pid} ${shortCommand(one.metadata.command)}`)),
  );
}

export function largestParts(parts: readonly (TimelinePart | null)[]): TimelinePart[] {
  const peakOf = ({ rss }: TimelinePart) => rss.reduce<number>((most, kib) => Math.max(most, kib ?? 0), 0);
  return parts
    .filter((part) => part !== null)
    .sort((a, b) => peakOf(b) - peakOf(a))
    .slice(0, MOST_PROCESSES);
}

/** All points that a recorder has, in the order of time. */
export function lifePoints(recorded: RecordedLife): LifePoint[] {
  const { timeline, labels } = recorded;
  const paths = new Map(labels.map(({ row, path }) => [row, path]));
  return [...timeline.points, ...lastPoint(recorded)]
    .filter(({ account }) => !Number.isNaN(account[0]))
    .map((point) => ({
      wallNs: point.wallNs,
      processCpuNs: point.processCpuNs,
      composition: composed(point),
      stages: point.rows.toSorted((a, b) => a - b).flatMap((row) => paths.get(row) ?? []),
    }));
}

/** Null where there are too few points. */
export function partOf(
  points: readonly LifePoint[],
  about: Pick<TimelinePart, 'name' | 'startMs' | 'note'>,
): TimelinePart | null {
  if (points.length < FEWEST_POINTS) return null;
  const beginNs = points[0]!.wallNs;
  const keys = [...PARTS.map(({ part }) => part), 'other_kb' as const];
  const holders = keys.map((holder) => ({
    holder,
    kib: points.map(({ composition }) =>
      holder === 'other_kb' ? atLeastZero(composition.other_kb) : composition[holder],
    ),
  }));
  return {
    ...about,
    t: points.map(({ wallNs }) => Math.round((wallNs - beginNs) / 1e6) / 1e3),
    rss: points.map(({ composition }) => composition.rss_kb),
    holders: holders.filter(({ kib }) => kib.some((value) => value !== null && value > 0)),
    cpu: cpuOf(points),
    stages: spansOf(points),
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

function composed({ account, filePagesBytes, jsUsedBytes }: TimelinePoint): Composition {
  const sample = new Float64Array(SAMPLE_LENGTH).fill(Number.NaN);
  sample[slotIndex.file_bytes] = filePagesBytes;
  sample[slotIndex.js_used_bytes] = jsUsedBytes;
  return composeKib(compositionOf(account, [], sample));
}

function atLeastZero(kib: number | null): number | null {
  return kib === null ? null : Math.max(0, kib);
}

/** CPUs in use since the point before; null where no reading has it. */
function cpuOf(points: readonly LifePoint[]): (number | null)[] | null {
  const cpu = points.map(({ wallNs, processCpuNs }, at) => {
    const before = points[at - 1];
    if (before === undefined) return null;
    const used = (processCpuNs - before.processCpuNs) / (wallNs - before.wallNs);
    return Number.isFinite(used) && used >= 0 ? Math.round(used * 1000) / 1000 : null;
  });
  return cpu.some((value) => value !== null) ? cpu : null;
}

/** The points at which each stage was open, as pairs, in the order of the stages' first entry. */
function spansOf(points: readonly LifePoint[]): TimelinePart['stages'] {
  const spans = new Map<string, number[]>();
  points.forEach(({ stages }, at) => {
    for (const stage of stages) {
      const known = spans.get(stage);
      if (known === undefined) spans.set(stage, [at, at]);
      else if (known.at(-1) === at - 1) known[known.length - 1] = at;
      else known.push(at, at);
    }
  });
  return [...spans].map(([stage, pairs]) => ({ stage, spans: pairs }));
}

function noteOf(width: number, points: readonly LifePoint[]): string {
  const seconds = (points.at(-1)!.wallNs - points[0]!.wallNs) / 1e9;
  if (width === 1) return `${counted(points.length, 'reading')}, ten a second. Stages are those open at a reading.`;
  const readings = Math.round(seconds / INTERVAL_S).toLocaleString('en-US');
  return `${counted(points.length, 'point')} of some ${readings} readings: of each ${width} the highest and the lowest resident set. Stages are those open at a point.`;
}
