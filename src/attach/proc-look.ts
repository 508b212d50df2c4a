import { setTimeout as delay } from 'node:timers/promises';
import { systemReason } from '../model/setup-error.js';
import { lowestCpuLimit } from '../os/cpu-limit.js';
import { isMemoryGroupKnown, lowestMemoryGroup } from '../os/memory-limit.js';
import { type Mapping, readProcessMappings } from '../os/process-mappings.js';
import { type ProcessStatus, readProcessStatus } from '../os/process-status.js';
import { type OutsideThread, readProcessThreads } from '../os/process-threads.js';
import { textIn } from '../os/read-if-possible.js';
import type { Target } from './target.js';

/** Threads of one name. */
export interface NamedThreads {
  readonly name: string;
  readonly threads: number;
  /** CPU by the second, where 1 is a whole CPU. */
  readonly share: number;
}

/** Memory by who has mapped it, as far as the kernel tells. */
export interface MappedMemory {
  /** Memory without a file: JS heaps, Buffers, blocks of malloc, and what modules map. */
  readonly anonymousKib: number;
  /** The part of it that `brk` gives, where malloc begins. */
  readonly brkKib: number;
  readonly stacksKib: number;
  readonly sharedKib: number;
  readonly codeKib: number;
  readonly filesKib: number;
  /** The largest mappings without a file. */
  readonly largest: readonly { readonly kib: number; readonly times: number }[];
  /** Resident pages of the program and its libraries, by path, the largest first. */
  readonly modules: readonly NamedKib[];
  /** The same of files that are no code. */
  readonly files: readonly NamedKib[];
}

export interface NamedKib {
  readonly name: string;
  readonly kib: number;
}

export interface CgroupLimits {
  readonly memoryKib: number | null;
  readonly memoryPath: string | null;
  /** Whether it can be told that there is no limit. */
  readonly isMemoryKnown: boolean;
  /** CPUs that its group may use at a time. */
  readonly cpus: number | null;
}

/** What /proc tells of a process from outside, without touching it. */
export interface ProcLook {
  readonly target: Target;
  readonly status: ProcessStatus;
  readonly mapped: MappedMemory | { readonly missing: string };
  readonly threads: readonly NamedThreads[];
  /** How long the threads were watched, and what the resident set grew by meanwhile. */
  readonly watchedS: number;
  readonly grownKib: number | null;
  readonly limits: CgroupLimits;
}

/** Long enough for threads that work now and then, and for ticks of 10 ms where the kernel has nothing better. */
const WATCHED_MS = 500;

/** Null where the process ends meanwhile. */
export async function lookThroughProc(target: Target): Promise<ProcLook | null> {
  const { pid } = target;
  const before = readProcessStatus(pid);
  const threads = readProcessThreads(pid);
  const begun = performance.now();
  if (before === null) return null;
  const mapped = mappedMemory(pid);
  const limits = cgroupLimits(pid);
  await delay(Math.max(0, WATCHED_MS - (performance.now() - begun)));
  const watchedS = (performance.now() - begun) / 1000;
  const after = readProcessThreads(pid);
  const status = readProcessStatus(pid);
  if (status === null) return null;
  const grownKib = status.rssKib === null || before.rssKib === null ? null : status.rssKib - before.rssKib;
  return { target, status, mapped, threads: byName(threads, after, watchedS), watchedS, grownKib, limits };
}

function byName(before: readonly OutsideThread[], after: readonly OutsideThread[], seconds: number): NamedThreads[] {
  const known = new Map(before.map(({ id, cpuNs }) => [id, cpuNs]));
  const found = new Map<string, { threads: number; cpuNs: number }>();
  for (const { id, name, cpuNs } of after) {
    const sum = found.get(name) ?? { threads: 0, cpuNs: 0 };
    found.set(name, { threads: sum.threads + 1, cpuNs: sum.cpuNs + Math.max(0, cpuNs - (known.get(id) ?? 0)) });
  }
  const named = Array.from(found, ([name, { threads, cpuNs }]) => ({ name, threads, share: cpuNs / 1e9 / seconds }));
  return named.toSorted((a, b) => b.share - a.share || b.threads - a.threads);
}

export function mappedMemory(pid: number): ProcLook['mapped'] {
  try {
    const mappings = readProcessMappings(pid);
    return mappings.length === 0 ? { missing: 'its mappings may not be seen' } : sumMappings(mappings);
  } catch (error) {
    return { missing: systemReason(error) };
  }
}

const MOST_LARGEST = 3;
const STACK_BYTES = { least: 64 * 1024, most: 64 * 2 ** 20, guard: 64 * 1024 } as const;
const SHARED = /^(\/dev\/shm\/|\/dev\/zero|\/memfd:|\/SYSV|\[anon_shmem)/;

export function sumMappings(mappings: readonly Mapping[]): MappedMemory {
  const sums = { anonymousKib: 0, brkKib: 0, stacksKib: 0, sharedKib: 0, codeKib: 0, filesKib: 0 };
  const byFile = new Map<string, { kib: number; isCode: boolean }>();
  const anonymous = new Map<number, number>();
  mappings.forEach((mapping, index) => {
    const { access, inode, name, rssKib } = mapping;
    if (SHARED.test(name) || (inode === 0 && access[3] === 's')) sums.sharedKib += rssKib;
    else if (name.startsWith('/')) {
      const file = byFile.get(name) ?? { kib: 0, isCode: false };
      byFile.set(name, { kib: file.kib + rssKib, isCode: file.isCode || access[2] === 'x' });
    } else if (name.startsWith('[stack') || isThreadStack(mapping, mappings[index - 1])) sums.stacksKib += rssKib;
    else if (isDataOf(mapping, mappings[index - 1])) {
      const file = byFile.get(mappings[index - 1]!.name)!;
      byFile.set(mappings[index - 1]!.name, { ...file, kib: file.kib + rssKib });
    } else {
      sums.anonymousKib += rssKib;
      if (name === '[heap]') sums.brkKib += rssKib;
      else if (rssKib > 0) anonymous.set(rssKib, (anonymous.get(rssKib) ?? 0) + 1);
    }
  });
  const files = Array.from(byFile, ([name, { kib, isCode }]) => ({ name, kib, isCode })).sort((a, b) => b.kib - a.kib);
  for (const { kib, isCode } of files) sums[isCode ? 'codeKib' : 'filesKib'] += kib;
  return {
    ...sums,
    largest: Array.from(anonymous, ([kib, times]) => ({ kib, times }))
      .sort((a, b) => b.kib - a.kib)
      .slice(0, MOST_LARGEST),
    modules: files.filter(({ isCode }) => isCode),
    files: files.filter(({ isCode }) => !isCode),
  };
}

/** glibc and musl put a page without access below the stack of a thread. */
function isThreadStack({ start, end, name, access }: Mapping, below: Mapping | undefined): boolean {
  if (name !== '' || access !== 'rw-p' || below === undefined || below.end !== start) return false;
  const bytes = end - start;
  const isGuard = below.access === '---p' && below.name === '' && below.end - below.start <= STACK_BYTES.guard;
  return isGuard && bytes >= STACK_BYTES.least && bytes <= STACK_BYTES.most;
}

/** The variables of a module that begin as zeros follow its file without a name. */
function isDataOf({ start, name, access }: Mapping, below: Mapping | undefined): boolean {
  return (
    name === '' && access === 'rw-p' && below?.end === start && below.name.startsWith('/') && below.access === 'rw-p'
  );
}

function cgroupLimits(pid: number): CgroupLimits {
  const group = lowestMemoryGroup(textIn, pid);
  return {
    memoryKib: group?.limitBytes == null ? null : group.limitBytes / 1024,
    memoryPath: group?.limitBytes == null ? null : group.limitPath,
    isMemoryKnown: isMemoryGroupKnown(textIn, pid),
    cpus: lowestCpuLimit(textIn, pid),
  };
}
