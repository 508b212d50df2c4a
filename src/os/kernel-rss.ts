import { readFileSync } from '../host/files.js';
import { Math, Number } from '../host/intrinsics.js';
import { arch, platform, release } from '../host/process.js';
import { present, type SourceState } from '../model/sources.js';
import { machineCpus } from './cpu-count.js';

/** The largest pages of kernels for a processor, where this one's cannot be asked for. */
const LARGEST_PAGE_KIB = arch === 'arm64' || arch === 'ppc64' ? 64 : 4;

/** The resident set is file-backed, anonymous and shared pages; the kernel has a counter for each. */
const COUNTERS = 3;

/** Since Linux 6.2 these counters are per-CPU (commit f1a7941243c1); sums are exact again from 6.16 on. */
const PER_CPU_SINCE = [6, 2] as const;
const PRECISE_SINCE = [6, 16] as const;

/** Before 6.2 each thread kept up to 64 pages of changes to itself (TASK_RSS_EVENTS_THRESH). */
const PAGES_PER_THREAD = 64;

/** Pages a CPU may hold back per counter: `percpu_counter_batch` of lib/percpu_counter.c. */
function batchPages(cpuCount: number): number {
  return Math.max(32, 2 * cpuCount);
}

let askedPageKib: number | null = null;

/** The kernel tells each process the size of its pages: AT_PAGESZ of getauxval(3). */
function pageKib(): number {
  askedPageKib ??= readPageKib();
  return askedPageKib;
}

function readPageKib(): number {
  const AT_PAGESZ = 6;
  const NUMBER_BYTES = 8;
  try {
    const text = readFileSync('/proc/self/auxv', 'latin1');
    for (let at = 0; at + 2 * NUMBER_BYTES <= text.length; at += 2 * NUMBER_BYTES) {
      if (numberAt(text, at) === AT_PAGESZ) return numberAt(text, at + NUMBER_BYTES) / 1024;
    }
  } catch {
    // The permission model forbids it, or there is no /proc.
  }
  return LARGEST_PAGE_KIB;
}

/** The lower four of eight bytes, the lowest first. */
function numberAt(text: string, at: number): number {
  let number = 0;
  for (let byte = 3; byte >= 0; byte--) number = number * 256 + text.charCodeAt(at + byte);
  return number;
}

/** Largest error of a resident set summed approximately over per-CPU counters, in KiB. */
function approximateBoundKib(cpuCount: number): number {
  return COUNTERS * cpuCount * batchPages(cpuCount) * pageKib();
}

/** The kernel that tells a resident set. */
export interface Kernel {
  readonly platform: NodeJS.Platform;
  readonly release: string;
  readonly cpuCount: number;
}

/** How exact the kernel's resident set is. */
export function rssState(method: string, on: Kernel = thisKernel()): SourceState {
  const { release: kernel, cpuCount } = on;
  if (on.platform !== 'linux') return present('exact', method);
  if (!isBefore(kernel, PRECISE_SINCE)) return present('exact', method);
  if (isBefore(kernel, PER_CPU_SINCE)) {
    return present(
      'bounded',
      method,
      `Linux ${kernel} keeps up to ${PAGES_PER_THREAD} pages of changes per thread back`,
    );
  }
  return {
    ...present('bounded', method, `Linux ${kernel} sums per-CPU page counters approximately`),
    bound_kb: approximateBoundKib(cpuCount),
  };
}

/**
 * How exact a high-water mark of the kernel is. On every kernel with per-CPU counters it is taken from the approximate
 * ones, even if the resident set itself is summed precisely.
 */
export function rssPeakState(method: string, caveat: string | undefined, on: Kernel = thisKernel()): SourceState {
  const state = present('bounded', method, caveat);
  return on.platform !== 'linux' || isBefore(on.release, PER_CPU_SINCE)
    ? state
    : { ...state, bound_kb: approximateBoundKib(on.cpuCount) };
}

function thisKernel(): Kernel {
  return { platform, release: release(), cpuCount: machineCpus() };
}

function isBefore(kernel: string, [major, minor]: readonly [number, number]): boolean {
  const [kernelMajor = 0, kernelMinor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return kernelMajor < major || (kernelMajor === major && kernelMinor < minor);
}
