import { randomInt } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { ModuleKib } from '../model/composition.js';
import { moduleName } from '../model/module-name.js';
import { resolveOptions } from '../model/options.js';
import { PROGRAM, type Report, type StageRow } from '../model/report.js';
import type { CompositionBytes } from '../model/sampler.js';
import { absent, present, type SourceState } from '../model/sources.js';
import type { WorkerThreads } from '../model/worker-threads.js';
import { textIn } from '../os/read-if-possible.js';
import { slurmIdentity } from '../os/slurm.js';
import { StageProfiler } from '../profiler/stage-profiler.js';
import { mergeProfile } from '../stacks/merge-profile.js';
import { readSites } from '../stacks/read-sites.js';
import { SourcePositions } from '../stacks/source-positions.js';
import { StackProfile } from '../stacks/stack-profile.js';
import { withNativeNames } from '../symbols/name-frames.js';
import type { AgentSample } from './agent-messages.js';
import type { InsideLook, LookOptions } from './inside-look.js';
import { type JsAllocation, jsAllocations } from './js-allocations.js';
import type { ProcLook } from './proc-look.js';
import { replayedSampler } from './replayed-sampler.js';
import { cpuStacks } from './thread-samples.js';

/** A look into a process as a report whose one row is that of the program, and what stands beside a report. */
export interface AttachReport {
  readonly report: Report;
  /** Null where no stacks were sampled. */
  readonly stacks: StackProfile | null;
  readonly jsAllocations: readonly JsAllocation[];
}

export function attachReport(look: InsideLook, seen: ProcLook, options: LookOptions): AttachReport {
  const sources = new SourcePositions();
  const stacks = stacksOf(look, sources);
  const heaps = look.samples.flatMap(({ thread, heap }) =>
    heap === null ? [] : [{ thread: thread.name, profile: heap }],
  );
  return { report: reportOf(look, seen, options), stacks, jsAllocations: jsAllocations(heaps, sources) };
}

function reportOf(look: InsideLook, seen: ProcLook, options: LookOptions): Report {
  const { first, last, began, mainCpuNs } = look;
  const { pid } = seen.target;
  const settings = resolveOptions({});
  const sampler = replayedSampler(
    {
      first,
      last,
      began,
      threadCpuNs: mainCpuNs,
      seenFromOutside: outsideComposition(last, look.mapped),
      workersBytes: look.workersBytes,
      workerHeaps: look.workers.reduce((sum, { physicalBytes }) => sum + physicalBytes, 0),
    },
    settings.sampler,
  );
  const profiler = new StageProfiler({}, { sampler, stageCost: { fullNs: 0, innerNs: 0 } });
  try {
    profiler.stage(PROGRAM).end();
    const report = profiler.report();
    const workers = workerThreads(look, pid);
    return {
      ...report,
      // The sampler has no part in the program, and what the sampling costs it is not known.
      overhead_s: null,
      program: report.program === null ? null : withoutCost(report.program),
      node: began.version.replace(/^v/, ''),
      pid,
      thread: 0,
      slurm: slurmIdentity(environmentOf(pid)),
      ...(workers.threads.length === 0 ? {} : { worker_threads: workers }),
      live_modules: heldModules(last),
      sources: { ...report.sources, ...stackSources(look, options) },
      warnings: [...(look.cutShort === null ? [] : [`${look.cutShort}: shorter than asked for: 1`])],
      stages: report.stages.map(withoutCost),
    } as Report;
  } finally {
    profiler.close();
  }
}

function withoutCost(row: StageRow): StageRow {
  return { ...row, overhead_s: null };
}

function environmentOf(pid: number): NodeJS.ProcessEnv {
  const lines = (textIn(`/proc/${pid}/environ`) ?? '').split('\0');
  return Object.fromEntries(lines.map((line) => [line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1)]));
}

/** Null where native allocations were not counted. */
function heldModules({ tracker }: AgentSample): ModuleKib | null {
  if (tracker === null) return null;
  const kib = new Map<string, number>();
  for (const { name, heldBytes } of tracker.modules) {
    const module = moduleName(name);
    kib.set(module, (kib.get(module) ?? 0) + Math.round(heldBytes / 1024));
  }
  return Object.fromEntries([...kib].filter(([, held]) => held > 0));
}

function workerThreads({ workers }: InsideLook, pid: number): WorkerThreads {
  const threads = workers
    .toSorted((a, b) => b.usedBytes - a.usedBytes)
    .map(({ thread: { id, name }, usedBytes }) => ({
      pid,
      thread: id,
      name: name === 'worker' ? null : name,
      // Which thread of the kernel it is cannot be told from here.
      cpu_s: null,
      js_kb: Math.round(usedBytes / 1024),
      js_kb_peak: null,
      stages: false,
    }));
  return { threads: threads.slice(0, MOST_LISTED), more: Math.max(0, threads.length - MOST_LISTED) };
}

const MOST_LISTED = 16;

/** Who holds the memory, as far as the mappings and node's own counts tell, where the addon could not look. */
function outsideComposition(
  { memory, heapPhysicalBytes, heapUsedBytes }: AgentSample,
  mapped: ProcLook['mapped'],
): CompositionBytes {
  const bytesOf = (kib: number | undefined): number => (kib === undefined ? Number.NaN : kib * 1024);
  const seen = 'missing' in mapped ? undefined : mapped;
  return {
    rss: memory.rss,
    jsHeap: heapPhysicalBytes,
    workerHeaps: Number.NaN,
    leavingHeaps: 0,
    buffers: memory.arrayBuffers,
    strings: Number.NaN,
    wasm: Number.NaN,
    native: Number.NaN,
    allocatorFree: Number.NaN,
    mapped: Number.NaN,
    files: bytesOf(seen?.filesKib),
    code: bytesOf(seen?.codeKib),
    stacks: bytesOf(seen?.stacksKib),
    shared: bytesOf(seen?.sharedKib),
    mappedByModule: [],
    largestFiles: seen?.files.slice(0, 4).map(({ name, kib }) => [name, kib * 1024] as const) ?? [],
    jsUsed: heapUsedBytes,
    mappingsAgeNs: 0,
    ageNs: 0,
  };
}

const CPU_TRUTH = 'since attach; a state of V8 is shown where no function runs';
const NATIVE_TRUTH =
  'since attach: blocks of before are not in it, nor what a module allocated in its first second; frames of JS are named where that is safe';

function stackSources(
  { cpuMissing, began, nativeTables }: InsideLook,
  { stacks }: LookOptions,
): { cpu_stacks?: SourceState; native_stacks?: SourceState } {
  const cpu =
    cpuMissing === null ? present('sampled', "V8's profiler, by the inspector", CPU_TRUTH) : absent(cpuMissing);
  const native =
    nativeTables.length > 0
      ? present('sampled', 'the tracker, by imports of what is loaded', NATIVE_TRUTH)
      : absent(began.trackerMissing ?? 'the tracker takes no stacks here');
  return {
    ...(stacks.has('cpu') ? { cpu_stacks: cpu } : {}),
    ...(stacks.has('native') ? { native_stacks: native } : {}),
  };
}

function stacksOf({ samples, nativeTables }: InsideLook, sources: SourcePositions): StackProfile | null {
  const cpu = cpuStacks(samples, sources);
  if (nativeTables.length === 0) return cpu;
  const { profile } = readSites(gunzipSync(nativeTables), randomInt(2 ** 32));
  return withNativeNames(merged(cpu, profile));
}

/** All is of the program: it has no stages. */
function merged(cpu: StackProfile | null, native: StackProfile): StackProfile {
  const into = new StackProfile();
  if (cpu !== null) mergeProfile(into, cpu);
  mergeProfile(
    into,
    native,
    (frame) => frame,
    () => PROGRAM,
  );
  return into;
}
