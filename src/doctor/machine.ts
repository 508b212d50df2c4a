import { availableParallelism, cpus, release } from 'node:os';
import type { ReadText } from '../os/control-groups.js';
import { lowestMemoryGroup } from '../os/memory-limit.js';
import { textIn } from '../os/read-if-possible.js';

export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  /** `glibc 2.36`, `musl`; null on other systems than Linux, or where it cannot be told. */
  readonly libc: string | null;
  readonly kernel: string;
  /** CPUs that this process may use, and those of the machine. */
  readonly cpus_usable: number;
  readonly cpus: number;
  readonly cpu_model: string | null;
  /** The lowest limit among this process's cgroup and those above; null where there is none, or it cannot be read. */
  readonly memory_limit: MemoryLimit | null;
  /** The variables of Slurm that stageprof reads. */
  readonly slurm: Readonly<Record<string, string>>;
}

export interface MemoryLimit {
  readonly kb: number;
  /** The file that says so. */
  readonly path: string;
}

export function describeMachine(): Machine {
  const models = cpus();
  return {
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    libc: process.platform === 'linux' ? libc() : null,
    kernel: release(),
    cpus_usable: availableParallelism(),
    cpus: models.length,
    cpu_model: models[0]?.model.trim() || null,
    memory_limit: memoryLimit(textIn),
    slurm: slurmVariables(process.env),
  };
}

/** @param read the text of a file, undefined where it cannot be read */
export function memoryLimit(read: ReadText): MemoryLimit | null {
  const group = lowestMemoryGroup(read);
  return group?.limitBytes == null ? null : { kb: Math.round(group.limitBytes / 1024), path: group.limitPath };
}

function libc(): string | null {
  const processReport = process.report as (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined;
  if (processReport === undefined) return null;
  // Without this the report looks up the names of all connections, which can take seconds.
  processReport.excludeNetwork = true;
  const { header, sharedObjects } = processReport.getReport() as unknown as {
    header: { glibcVersionRuntime?: string };
    sharedObjects?: string[];
  };
  if (header.glibcVersionRuntime !== undefined) return `glibc ${header.glibcVersionRuntime}`;
  return sharedObjects?.some((path) => path.includes('musl')) === true ? 'musl' : null;
}

function slurmVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const read = /^SLURM_(JOB_ID|CPUS_PER_TASK|MEM_PER_(NODE|CPU)|ARRAY_(JOB_ID|TASK_(ID|COUNT|MIN|MAX|STEP)))$/;
  const seen = Object.entries(env).filter(([name, value]) => read.test(name) && value !== undefined);
  return Object.fromEntries(seen.sort(([a], [b]) => (a < b ? -1 : 1))) as Record<string, string>;
}
