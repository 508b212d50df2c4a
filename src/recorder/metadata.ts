import { dateNow } from '../host/clock.js';
import { basename, readFileSync, readlinkSync } from '../host/files.js';
import { Number } from '../host/intrinsics.js';
import {
  commandLine,
  isMainThread,
  nodeVersion,
  parentId,
  processId,
  startedFrom,
  threadId,
  threadName,
} from '../host/process.js';
import type { SlurmIdentity } from '../model/report.js';
import { ACCOUNT, ACCOUNT_FILES, MODULE_CELLS, SLOTS, slotIndex } from '../model/sample-layout.js';
import type { Sources } from '../model/sources.js';
import { loadPerCpu } from '../os/machine-load.js';
import { type MemoryCgroup, readMemoryCgroup } from '../os/oom-kills.js';
import { readProcessStat } from '../os/process-stat.js';
import { slurmIdentity } from '../os/slurm.js';
import { COLUMNS } from '../store/row-store.js';
import { CALL_TAIL } from '../store/state-memory.js';
import { BUCKETS, OCTAVES, READING, TIMELINE } from './format.js';

/** What is known before the program runs: written once, as JSON, so that the file describes itself. */
export interface RecorderMetadata {
  readonly node: string | null;
  readonly pid: number;
  readonly parent: number;
  /** The arguments that the process was started with, cut at `LONGEST_RECORDED_COMMAND`. */
  readonly command: string | null;
  readonly thread: number;
  /** The option `name` of a worker thread, else the name of its file; null on the main thread. */
  readonly thread_name: string | null;
  readonly slurm: SlurmIdentity | null;
  /** As the member of a report, when the recorder was made. */
  readonly load_per_cpu: number | null;
  /** Tells the process from a later one of the same id. */
  readonly identity: ProcessIdentity;
  /** Milliseconds since 1970 when the recorder was made. */
  readonly made_at_ms: number;
  /** Both clocks when the profiler was made; null where not measured. */
  readonly start: { readonly wall_ns: number; readonly process_cpu_ns: number | null };
  readonly sources: Sources;
  /** Warnings that the report will have. */
  readonly warnings: readonly string[];
  readonly cgroup: MemoryCgroup | null;
  readonly columns: readonly string[];
  readonly module_cells: number;
  /** Cells of the live bytes of modules, which follow those of modules. */
  readonly live_cells: number;
  readonly account_files: number;
  /** Whether bytes by module are counted. */
  readonly counts_modules: boolean;
  readonly octaves: number;
  readonly buckets: number;
  readonly slots: readonly string[];
  readonly call_tail: readonly string[];
  readonly reading: readonly string[];
  readonly account: readonly string[];
  readonly timeline: readonly string[];
}

/** In UTF-16 units. */
const LONGEST_RECORDED_COMMAND = 1024;

/** In UTF-16 units. */
const LONGEST_RECORDED_NAME = 256;

/** Each member is null where /proc does not tell. */
export interface ProcessIdentity {
  readonly boot: string | null;
  readonly pid_namespace: string | null;
  /** Start of the process in clock ticks since boot. */
  readonly start_ticks: number | null;
}

/** @param start the first sample of the profiler */
export function collectMetadata(
  sources: Sources,
  start: Float64Array,
  warnings: readonly string[] = [],
): RecorderMetadata {
  const cpuNs = start[slotIndex.process_cpu_ns]!;
  return {
    node: nodeVersion,
    pid: processId,
    parent: parentId,
    command: commandLine.slice(0, LONGEST_RECORDED_COMMAND),
    thread: threadId,
    thread_name: isMainThread ? null : ownThreadName(),
    slurm: slurmIdentity() ?? null,
    load_per_cpu: loadPerCpu(),
    identity: ownIdentity(),
    made_at_ms: dateNow(),
    start: { wall_ns: start[slotIndex.wall_ns]!, process_cpu_ns: Number.isNaN(cpuNs) ? null : cpuNs },
    sources,
    warnings,
    cgroup: readMemoryCgroup(),
    columns: COLUMNS,
    module_cells: MODULE_CELLS,
    live_cells: MODULE_CELLS,
    account_files: ACCOUNT_FILES,
    counts_modules: !Number.isNaN(start[slotIndex.module_count]),
    octaves: OCTAVES,
    buckets: BUCKETS,
    slots: SLOTS,
    call_tail: CALL_TAIL,
    reading: READING,
    account: ACCOUNT,
    timeline: TIMELINE,
  };
}

/** Node's name for a thread that was given none. */
const UNNAMED = 'WorkerThread';

function ownThreadName(): string | null {
  const isNamed = threadName && threadName !== UNNAMED;
  const name = isNamed ? threadName : startedFrom && basename(startedFrom);
  return name?.slice(0, LONGEST_RECORDED_NAME) || null;
}

let own: ProcessIdentity | undefined;

/** Read once, since `map` makes a profiler for each input. */
function ownIdentity(): ProcessIdentity {
  own ??= { ...machineIdentity(), start_ticks: readProcessStat(processId)?.startTicks ?? null };
  return own;
}

export function machineIdentity(): Omit<ProcessIdentity, 'start_ticks'> {
  return {
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    pid_namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
  };
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
