import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { dirname, join } from 'node:path';

export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  /** `glibc 2.36`, `musl`; null where it is not Linux or cannot be told. */
  readonly libc: string | null;
  readonly kernel: string;
  /** CPUs this process may use, and those of the machine. */
  readonly cpus_usable: number;
  readonly cpus: number;
  readonly cpu_model: string | null;
  /** The lowest limit on this process's cgroup and those above; null where there is none or it cannot be read. */
  readonly memory_limit: MemoryLimit | null;
  /** What Slurm has set that stageprof reads. */
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
    memory_limit: memoryLimit(readText),
    slurm: slurmVariables(process.env),
  };
}

type Read = (path: string) => string | undefined;

/** @param read the text of a file, undefined where it cannot be read */
export function memoryLimit(read: Read): MemoryLimit | null {
  const limits = (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => limitsOf(line, read));
  // A container sees its own cgroup as the root of the mount, whatever path /proc names.
  limits.push(...limitsAbove('/sys/fs/cgroup', '/', 'memory.max', read));
  return limits.reduce<MemoryLimit | null>(
    (lowest, limit) => (lowest === null || limit.kb < lowest.kb ? limit : lowest),
    null,
  );
}

/** @param line `hierarchy:controllers:path` of /proc/self/cgroup; version 2 has no controllers */
function limitsOf(line: string, read: Read): MemoryLimit[] {
  const [, controllers, ...path] = line.split(':');
  if (path.length === 0) return [];
  if (controllers === '') return limitsAbove('/sys/fs/cgroup', path.join(':'), 'memory.max', read);
  if (!controllers!.split(',').includes('memory')) return [];
  return limitsAbove('/sys/fs/cgroup/memory', path.join(':'), 'memory.limit_in_bytes', read);
}

/** Version 1 has no word for "no limit" but a number near 2^63. */
const NO_LIMIT_BYTES = 2 ** 60;

function limitsAbove(mount: string, path: string, file: string, read: Read): MemoryLimit[] {
  const limits: MemoryLimit[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    const limitPath = join(mount, folder, file);
    const bytes = Number.parseInt(read(limitPath) ?? '', 10);
    if (bytes < NO_LIMIT_BYTES) limits.push({ kb: Math.round(bytes / 1024), path: limitPath });
    if (folder === dirname(folder)) return limits;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function libc(): string | null {
  const processReport = process.report as (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined;
  if (processReport === undefined) return null;
  // Else the report looks up the names of all connections, which can take seconds.
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
