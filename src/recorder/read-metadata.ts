import { Array, JSON, Number, Object } from '../host/intrinsics.js';
import { recorderError } from '../model/errors.js';
import { isReportable } from '../model/quantities.js';
import type { SlurmIdentity } from '../model/report.js';
import {
  absent,
  OPTIONAL_SOURCE_NAMES,
  SOURCE_NAMES,
  type SourceState,
  type Sources,
  TRUTHS,
  type Truth,
} from '../model/sources.js';
import type { MemoryCgroup } from '../os/oom-kills.js';
import type { RecorderBytes } from './file-bytes.js';
import { FILE_HEADER_BYTES, type Geometry, isPossible } from './format.js';
import type { ProcessIdentity, RecorderMetadata } from './metadata.js';

const MOST_NAMES = 1024;
const LONGEST_TEXT = 4096;

type Members = Readonly<Record<string, unknown>>;

/**
 * The metadata of a recorder, each member checked. A member that is wrong counts as unknown. Wrong names are an error,
 * since no number can be read without them.
 *
 * @throws {Error} `ERR_STAGEPROF_RECORDER`
 */
export function readMetadata(
  bytes: RecorderBytes,
  { metadata_offset: offset, metadata_bytes: length }: Geometry,
): RecorderMetadata {
  if (offset < FILE_HEADER_BYTES) throw damaged();
  let metadata: Members;
  try {
    metadata = membersOf(JSON.parse(bytes.read(offset, length).toString('utf8')));
  } catch {
    throw damaged();
  }
  const identity = membersOf(metadata.identity);
  const start = membersOf(metadata.start);
  return {
    node: textOf(metadata.node),
    pid: wholeOf(metadata.pid) ?? 0,
    parent: wholeOf(metadata.parent) ?? 0,
    command: textOf(metadata.command),
    thread: wholeOf(metadata.thread) ?? 0,
    thread_name: textOf(metadata.thread_name),
    slurm: slurmOf(metadata.slurm),
    load_per_cpu: loadOf(metadata.load_per_cpu),
    identity: identityOf(identity),
    made_at_ms: numberOf(metadata.made_at_ms) ?? 0,
    start: { wall_ns: clockOf(start.wall_ns) ?? Number.NaN, process_cpu_ns: clockOf(start.process_cpu_ns) },
    sources: sourcesOf(membersOf(metadata.sources)),
    warnings: warningsOf(metadata.warnings),
    cgroup: cgroupOf(metadata.cgroup),
    columns: namesOf(metadata.columns),
    module_cells: wholeOf(metadata.module_cells) ?? 0,
    live_cells: wholeOf(metadata.live_cells) ?? 0,
    account_files: wholeOf(metadata.account_files) ?? 0,
    counts_modules: metadata.counts_modules === true,
    octaves: wholeOf(metadata.octaves) ?? 0,
    buckets: wholeOf(metadata.buckets) ?? 0,
    slots: namesOf(metadata.slots),
    call_tail: namesOf(metadata.call_tail),
    reading: namesOf(metadata.reading),
    account: namesOf(metadata.account),
    timeline: namesOf(metadata.timeline),
  };
}

function damaged(): Error {
  return recorderError('the recorder is damaged or cut: what it says of itself cannot be read');
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : null;
}

function numberOf(value: unknown): number | null {
  return Number.isFinite(value) ? (value as number) : null;
}

function clockOf(value: unknown): number | null {
  return typeof value === 'number' && isPossible(value) ? value : null;
}

function loadOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && isReportable(value) ? value : null;
}

function wholeOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}

/** @throws {Error} `ERR_STAGEPROF_RECORDER` */
function namesOf(value: unknown): string[] {
  if (!Array.isArray(value) || value.length > MOST_NAMES) throw damaged();
  if (!value.every((name) => typeof name === 'string' && name.length < 256)) throw damaged();
  return value;
}

function warningsOf(value: unknown): string[] {
  const texts = Array.isArray(value) ? value.slice(0, MOST_NAMES).map(textOf) : [];
  return texts.filter((text) => text !== null);
}

function identityOf({ boot, pid_namespace, start_ticks }: Members): ProcessIdentity {
  return { boot: textOf(boot), pid_namespace: textOf(pid_namespace), start_ticks: wholeOf(start_ticks) };
}

function slurmOf(value: unknown): SlurmIdentity | null {
  if (typeof value !== 'object' || value === null) return null;
  const { job, array_job, array_task } = membersOf(value);
  return { job: textOf(job), array_job: textOf(array_job), array_task: textOf(array_task) };
}

function cgroupOf(value: unknown): MemoryCgroup | null {
  const { events, limit_bytes, oom_kills } = membersOf(value);
  const path = textOf(events);
  return path === null ? null : { events: path, limit_bytes: numberOf(limit_bytes), oom_kills: wholeOf(oom_kills) };
}

function sourcesOf(states: Members): Sources {
  return Object.fromEntries(
    [...SOURCE_NAMES, ...OPTIONAL_SOURCE_NAMES.filter((name) => states[name] !== undefined)].map((name) => [
      name,
      sourceOf(membersOf(states[name])),
    ]),
  ) as unknown as Sources;
}

function sourceOf({ available, truth, method, reason, bound_kb, readings, skipped }: Members): SourceState {
  if (typeof available !== 'boolean' || !TRUTHS.includes(truth as Truth)) return absent('the recorder does not tell');
  return {
    available,
    truth: truth as Truth,
    method: textOf(method),
    ...members({ bound_kb: wholeOf(bound_kb), readings: wholeOf(readings), skipped: wholeOf(skipped) }),
    ...members({ reason: textOf(reason) }),
  };
}

/** Leaves out the members that are null. */
function members<T>(values: { readonly [name: string]: T | null }): { readonly [name: string]: T } {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== null));
}
