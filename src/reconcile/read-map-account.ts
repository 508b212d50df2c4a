import { membersOf, taskOf } from '../os/slurm-task.js';
import { withoutMark } from '../records/byte-order-mark.js';
import { MAP_ACCOUNT_SCHEMA } from '../records/map-account.js';

/** What is used here of a `MapAccount`. The account comes from a file: nothing of it is taken for granted. */
export interface MapRunAccount {
  readonly startedMs: number;
  /** When the account was last written. */
  readonly updatedMs: number;
  /** Null where the run goes on or was killed. */
  readonly endedMs: number | null;
  /** `12` or `12_3`; undefined outside of Slurm. */
  readonly task: string | undefined;
  readonly wallS: number;
  /** How many inputs it had to do; null where the account does not say. */
  readonly inputs: number | null;
  /** CPU of `map` itself and all its workers. */
  readonly cpuS: number | null;
  readonly ownPeakKib: number | null;
  readonly workersStarted: number;
  /** The highest peak of one worker. */
  readonly workerPeakKib: number | null;
  /** The highest sum of all processes at one sample. */
  readonly treePeakKib: number | null;
}

/** @returns where it is no account the reason, which completes "FILE: …" */
export function parseMapAccount(text: string): MapRunAccount | string {
  let value: unknown;
  try {
    value = JSON.parse(withoutMark(text));
  } catch {
    return 'is not JSON';
  }
  const run = membersOf(value);
  if (run.schema !== MAP_ACCOUNT_SCHEMA) return `is not of schema ${MAP_ACCOUNT_SCHEMA}`;
  const startedMs = timeMs(run.started_at);
  const wallS = amount(run.wall_s);
  if (startedMs === null || wallS === null) return 'lacks started_at or wall_s';
  const workers = membersOf(run.workers);
  return {
    startedMs,
    wallS,
    updatedMs: timeMs(run.updated_at) ?? startedMs + wallS * 1000,
    endedMs: timeMs(run.ended_at),
    task: taskOf(run.slurm),
    inputs: amount(membersOf(run.inputs).total),
    cpuS: amount(run.cpu_s),
    ownPeakKib: amount(membersOf(run.own).rss_kb_peak),
    workersStarted: amount(workers.started) ?? 0,
    workerPeakKib: amount(workers.rss_kb_peak),
    treePeakKib: amount(run.tree_rss_kb_peak),
  };
}

function amount(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function timeMs(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
