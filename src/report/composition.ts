import { Map, Math, Number, Object } from '../host/intrinsics.js';
import {
  type Composition,
  type CompositionPart,
  largestFirst,
  type ModuleKib,
  sumOfModules,
} from '../model/composition.js';
import { kibOf, secondsOf } from '../model/quantities.js';
import type { CompositionBytes, NamedBytes } from '../model/sampler.js';

/** Parts that may have more than is resident: not touched yet, or given back since they were read. */
type Reducible = 'native_kb' | 'buffers_kb' | 'mapped_kb' | 'files_kb' | 'js_heap_kb';

/**
 * No part is told to have more than is resident. Live blocks and Buffers that were not touched yet are not, and which of
 * them it is cannot be told. So what the parts have beyond the resident set is taken from mapped files, as far as fewer of their
 * pages are resident by now, from what modules have mapped, if that is older than the resident set, then from the larger of live
 * blocks and Buffers, and then from the other. What is still left has been given back by V8 since. The part of the allocator is
 * at most what the others leave: some allocators still count pages that the kernel has taken back.
 */
export function composeKib(bytes: CompositionBytes): Composition {
  const rss = kibOf(bytes.rss);
  const others: Record<CompositionPart, number | null> = {
    js_heap_kb: kibOf(bytes.jsHeap),
    worker_heaps_kb: kibOf(bytes.workerHeaps),
    buffers_kb: kibOf(bytes.buffers),
    strings_kb: kibOf(bytes.strings),
    wasm_kb: kibOf(bytes.wasm),
    native_kb: kibOf(withoutStrings(bytes)),
    allocator_free_kb: null,
    mapped_kb: kibOf(bytes.mapped),
    files_kb: filesKib(bytes),
    code_kb: kibOf(bytes.code),
    stacks_kb: kibOf(bytes.stacks),
    shared_kb: kibOf(bytes.shared),
  };
  if (rss !== null) {
    for (const [part, leastKib] of reducible(others, bytes)) {
      others[part] = reduced(others[part], sumOf(others) - rss, leastKib);
    }
  }
  const left = rss === null ? Number.POSITIVE_INFINITY : Math.max(0, rss - sumOf(others));
  const free = kibOf(bytes.allocatorFree);
  const unownedKib = rss === null ? 0 : left - (free ?? 0);
  others.worker_heaps_kb = withLeaving(others.worker_heaps_kb, kibOf(bytes.leavingHeaps), unownedKib);
  const parts = { ...others, allocator_free_kb: free === null ? null : Math.min(free, left) };
  return {
    rss_kb: rss,
    ...parts,
    other_kb: rss === null ? null : rss - sumOf(parts),
    mapped_modules: reducedTo(others.mapped_kb, kibByName(bytes.mappedByModule)),
    files: reducedTo(others.files_kb, kibByName(bytes.largestFiles)),
    ...(bytes.ageNs > ONE_MOMENT_NS ? { age_s: secondsOf(bytes.ageNs)! } : {}),
  };
}

/** A heap whose thread has just ended is in nobody else's part, as far as it is still there. */
function withLeaving(heapsKib: number | null, leavingKib: number | null, unownedKib: number): number | null {
  return heapsKib === null ? null : heapsKib + Math.min(leavingKib ?? 0, Math.max(0, unownedKib));
}

/** Live blocks that are no strings. A look at the strings may be older than the blocks. */
function withoutStrings({ native, strings }: CompositionBytes): number {
  return strings > 0 ? Math.max(0, native - strings) : native;
}

/** Pages of files were counted with the resident set. The list of mappings may be older, and code has pages of its own too. */
function filesKib({ files, code, shared, filePages }: CompositionBytes): number | null {
  const counted = (filePages ?? Number.NaN) - code - shared;
  return kibOf(counted > files ? counted : files);
}

/** The parts in their order, each with what it has at least. */
function reducible(
  parts: Readonly<Record<CompositionPart, number | null>>,
  { mappingsAgeNs, filePages, jsUsed }: CompositionBytes,
): [part: Reducible, leastKib: number][] {
  const { native_kb: native, buffers_kb: buffers } = parts;
  const counted: Reducible[] =
    (native ?? 0) >= (buffers ?? 0) ? ['native_kb', 'buffers_kb'] : ['buffers_kb', 'native_kb'];
  const used = kibOf(jsUsed ?? Number.NaN);
  return [
    ...(mappingsAgeNs > ONE_READING_NS ? older(parts, kibOf(filePages ?? Number.NaN)) : []),
    ...counted.map((part): [Reducible, number] => [part, 0]),
    ...(used === null ? [] : [['js_heap_kb', used] as [Reducible, number]]),
  ];
}

/** What needs the list of mappings. Code is resident as long as the program runs. */
function older(
  { code_kb: code, shared_kb: shared }: Readonly<Record<CompositionPart, number | null>>,
  filePagesKib: number | null,
): [part: Reducible, leastKib: number][] {
  const mapped: [Reducible, number] = ['mapped_kb', 0];
  if (filePagesKib === null) return [mapped];
  return [['files_kb', Math.max(0, filePagesKib - (code ?? 0) - (shared ?? 0))], mapped];
}

/** The modules without what their sum was reduced by, which is taken from the largest first. */
function reducedTo(sumKib: number | null, modules: ModuleKib): ModuleKib {
  let excess = sumOfModules(modules) - (sumKib ?? 0);
  if (excess <= ROUNDING_KIB) return modules;
  const left = largestFirst(modules).map(([name, kib]): [string, number] => {
    const taken = Math.min(kib, excess);
    excess -= taken;
    return [name, kib - taken];
  });
  return Object.fromEntries(left.filter(([, kib]) => kib > 0));
}

/** A reading takes some milliseconds, and the next one comes after a hundred. */
const ONE_READING_NS = 20e6;

/** Each module is rounded. */
const ROUNDING_KIB = 64;

/** A part without the excess, as far as it has that much above the least. */
function reduced(kib: number | null, excess: number, leastKib: number): number | null {
  return kib === null || excess <= 0 ? kib : Math.max(Math.min(leastKib, kib), kib - excess);
}

function kibByName(named: NamedBytes): ModuleKib {
  const sums = new Map<string, number>();
  for (const [name, bytes] of named) sums.set(name, (sums.get(name) ?? 0) + (kibOf(bytes) ?? 0));
  return Object.fromEntries(sums);
}

/** The parts are read one after the other, so they are always a little apart. */
const ONE_MOMENT_NS = 150e6;

function sumOf(parts: Readonly<Record<CompositionPart, number | null>>): number {
  return Object.values(parts).reduce<number>((sum, kib) => sum + (kib ?? 0), 0);
}
