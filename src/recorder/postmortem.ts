import { Map, Math, Number } from '../host/intrinsics.js';
import { kibOf, secondsOf } from '../model/quantities.js';
import type { Report } from '../model/report.js';
import { slotIndex } from '../model/sample-layout.js';
import { readOomKills } from '../os/oom-kills.js';
import { readProcessStat } from '../os/process-stat.js';
import { lastSampleOf } from './last-sample.js';
import { machineIdentity } from './metadata.js';
import type { RecordedCall } from './read-open-calls.js';
import type { RecordedReading } from './read-readings.js';
import type { Recording } from './reader.js';
import { lastMomentNs, lastReading, reportOf } from './recorded-report.js';

/** A stage that was open. */
export interface OpenStageState {
  readonly stage: string;
  /** From its entry to the last moment that is known; null where its entry is not known. */
  readonly for_s: number | null;
  /** Growth of the resident set since its entry; null where not measured, or entered after the last reading. */
  readonly rss_kb_delta: number | null;
  /** Id of the worker thread that opened it; missing on the main thread. */
  readonly thread?: number;
}

export interface MemoryReading {
  /** How long before the last reading. */
  readonly before_s: number;
  readonly rss_kb: number | null;
  /** Live native blocks of all threads, those behind Buffers among them; null without the tracker. */
  readonly native_kb: number | null;
  /** CPU since the previous reading, as a share of one CPU: of the profiled thread, and of the process. */
  readonly thread_cpu: number | null;
  readonly process_cpu: number | null;
}

export interface LastReadings {
  /** When the last reading was taken, in milliseconds since 1970; null where there is none. */
  readonly at_ms: number | null;
  readonly rss_kb: number | null;
  readonly rss_kb_peak: number | null;
  readonly native_kb: number | null;
  /** Growth of the resident set in the last 3 s, by least squares; null for fewer than three readings. */
  readonly rss_kb_per_s: number | null;
  readonly thread_cpu_s: number | null;
  /** The last ten seconds, oldest first. */
  readonly readings: readonly MemoryReading[];
}

export interface KilledBy {
  /** The signal, if the caller knows it. */
  readonly signal: string | null;
  /** What the evidence points to; null where it points to nothing. */
  readonly likely: 'out of memory' | null;
  /** One text for each piece of evidence. */
  readonly evidence: readonly string[];
}

export interface ProcessEnd {
  readonly pid: number;
  /** Null where that cannot be told: it ran on another machine, before the last boot, or in another container. */
  readonly running: boolean | null;
  /** What became of the recorder. It is `open` after a kill, and while the process runs. */
  readonly recorder: Recording['state'];
}

export interface Postmortem {
  readonly report: Report;
  /** In order of opening. */
  readonly open: readonly OpenStageState[];
  readonly last: LastReadings;
  readonly killed_by: KilledBy;
  readonly process: ProcessEnd;
}

const WALL = slotIndex.wall_ns;
const RSS = slotIndex.rss_bytes;

/** The latest that a Date can be. */
const LATEST_MS = 8.64e15;

const TREND_NS = 10e9;
const SLOPE_NS = 3e9;

/** A process that was killed above this share of the limit was likely killed for its memory. */
const NEAR_LIMIT = 0.9;

/** @param signal the one that ended the process, if it is known */
export function postmortemOf(recording: Recording, signal: string | null = null): Postmortem {
  const process = processEnd(recording);
  return {
    report: reportOf(recording),
    open: openStages(recording),
    last: lastReadings(recording),
    killed_by: killedBy(recording, process, signal),
    process,
  };
}

/** In order of opening. */
export function openStages(recording: Recording): OpenStageState[] {
  const paths = new Map(recording.labels.map(({ row, path }) => [row, path]));
  const now = lastMomentNs(recording);
  const last = lastSampleOf(recording);
  return recording.calls.flatMap(({ row, entry }: RecordedCall) => {
    const stage = paths.get(row);
    if (stage === undefined) return [];
    const isRead = last[WALL]! >= entry[WALL]!;
    const grownBytes = isRead ? last[RSS]! - entry[RSS]! : Number.NaN;
    return [{ stage, for_s: secondsOf(now - entry[WALL]!), rss_kb_delta: kibOf(grownBytes) }];
  });
}

function lastReadings(recording: Recording): LastReadings {
  const { readings, metadata } = recording;
  const last = lastReading(recording);
  const trend = readings.filter(({ wall_ns }) => wall_ns >= last.wall_ns - TREND_NS);
  const atMs = metadata.made_at_ms + (last.wall_ns - metadata.start.wall_ns) / 1e6;
  return {
    at_ms: metadata.made_at_ms > 0 && Math.abs(atMs) <= LATEST_MS ? Math.round(atMs) : null,
    rss_kb: kibOf(last.rss_bytes),
    rss_kb_peak: kibOf(last.rss_peak_bytes),
    native_kb: kibOf(last.native_bytes),
    rss_kb_per_s: slopeKibPerS(trend.filter(({ wall_ns }) => wall_ns >= last.wall_ns - SLOPE_NS)),
    thread_cpu_s: secondsOf(last.thread_cpu_ns),
    readings: trend.map((reading, index) => memoryReading(reading, trend[index - 1], last)),
  };
}

function memoryReading(
  reading: RecordedReading,
  before: RecordedReading | undefined,
  last: RecordedReading,
): MemoryReading {
  const share = (name: 'thread_cpu_ns' | 'process_cpu_ns') => {
    if (before === undefined) return null;
    const used = (reading[name] - before[name]) / (reading.wall_ns - before.wall_ns);
    return Number.isFinite(used) && used >= 0 ? Math.round(used * 1000) / 1000 : null;
  };
  return {
    before_s: Math.round((last.wall_ns - reading.wall_ns) / 1e6) / 1e3,
    rss_kb: kibOf(reading.rss_bytes),
    native_kb: kibOf(reading.native_bytes),
    thread_cpu: share('thread_cpu_ns'),
    process_cpu: share('process_cpu_ns'),
  };
}

function slopeKibPerS(readings: readonly RecordedReading[]): number | null {
  const points = readings.filter(({ rss_bytes }) => !Number.isNaN(rss_bytes));
  if (points.length < 3) return null;
  const meanNs = points.reduce((sum, { wall_ns }) => sum + wall_ns / points.length, 0);
  const meanBytes = points.reduce((sum, { rss_bytes }) => sum + rss_bytes / points.length, 0);
  let covariance = 0;
  let variance = 0;
  for (const { wall_ns, rss_bytes } of points) {
    covariance += (wall_ns - meanNs) * (rss_bytes - meanBytes);
    variance += (wall_ns - meanNs) ** 2;
  }
  return variance > 0 ? kibOf((covariance / variance) * 1e9) : null;
}

function processEnd({ metadata: { pid, identity }, state }: Recording): ProcessEnd {
  const here = machineIdentity();
  const isHere = here.boot !== null && here.boot === identity.boot && here.pid_namespace === identity.pid_namespace;
  const known = isHere && identity.start_ticks !== null && pid > 0;
  return { pid, running: known ? readProcessStat(pid)?.startTicks === identity.start_ticks : null, recorder: state };
}

function killedBy(recording: Recording, { running, recorder }: ProcessEnd, signal: string | null): KilledBy {
  const evidence: string[] = [];
  // A process that closed its recorder, ended by itself or still runs was not killed.
  if (running === true || recorder === 'closed' || recorder === 'ended') return { signal, likely: null, evidence };
  const { cgroup, identity } = recording.metadata;
  const isHere = machineIdentity().boot === identity.boot;
  const kills = cgroup === null || !isHere ? null : readOomKills(cgroup.events);
  const isKiller = kills !== null && cgroup!.oom_kills !== null && kills > cgroup!.oom_kills;
  if (isKiller)
    evidence.push(
      `its cgroup has killed ${kills - cgroup!.oom_kills!} for memory since it started (${cgroup!.events})`,
    );
  const rss = kibOf(lastReading(recording).rss_bytes);
  const limit = kibOf(cgroup?.limit_bytes ?? Number.NaN);
  const isNear = rss !== null && limit !== null && rss >= limit * NEAR_LIMIT;
  if (rss !== null && limit !== null) {
    evidence.push(`last resident set ${rss} KiB of a limit of ${limit} KiB (${Math.round((rss / limit) * 100)}%)`);
  }
  // The kernel kills for memory with SIGKILL alone.
  const couldBe = signal === null || signal === 'SIGKILL';
  return { signal, likely: couldBe && (isKiller || isNear) ? 'out of memory' : null, evidence };
}
