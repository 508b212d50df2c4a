import type { Binding, NativeSamplerHandle } from '../native/addon.js';
import type {
  AgentLook,
  AgentOrder,
  AgentSample,
  AgentUndone,
  TrackerReading,
  TrackerSlots,
} from './agent-messages.js';

/** Every method returns JSON, so that no object of the process is held by its inspector. */
export interface Agent {
  /** What was found at the start. */
  readonly began: string;
  sample(isLast: boolean): string;
  /** Looks for modules that were loaded since, whose allocations are not counted yet. */
  lookAgain(): string;
  /** Ends the counting of native allocations. The tables of their stacks, compressed, in base64; the empty text for none. */
  endTracking(): string;
  undo(): string;
  /** @param isNow whether not to wait for the event loop, which does not go on */
  closeInspector(isNow: boolean): void;
}

/** What stays in the process from one attach to the next. Another addon for each would be memory that nobody frees. */
interface Kept {
  path?: string;
  binding?: AttachBinding;
  busyUntilMs: number;
  undo?: () => string;
}

/** What the addon exports for this. */
export interface AttachBinding extends Binding {
  trackerAttach(path: string, rate: number): string | null;
  trackerRebind(): TrackerSlots;
  trackerDetach(): TrackerSlots;
  trackerRead(): TrackerReading | undefined;
  trackerStacks(): ArrayBuffer | null | undefined;
  sourcesClose(): void;
}

/**
 * Runs in the process that is looked at: its text is sent there, so it refers to nothing outside of itself. The program may
 * have replaced what it finds, so every step may fail.
 */
export function makeAgent(order: AgentOrder): Agent | number {
  // As `needStack`, to which this text cannot refer: the program may be anywhere in its stack.
  const descend = (frames: number): number => (frames === 0 ? 0 : descend(frames - 1) + 1);
  descend(1000);
  // As `BUILT_IN`. The inspector has its `require` only while this function runs, and its modules are asked for later too.
  const load: (name: string) => unknown = process.getBuiltinModule ?? require;
  const builtIn = (name: string): never => load(name) as never;
  const v8: typeof import('node:v8') = builtIn('node:v8');
  const timers: typeof import('node:timers') = builtIn('node:timers');
  const { Buffer: Bytes }: typeof import('node:buffer') = builtIn('node:buffer');
  const nowMs = (): number => Number(process.hrtime.bigint() / 1000000n);

  const key = Symbol.for('stageprof.attached');
  const holder = process as unknown as { [key]?: Kept };
  const before = holder[key];
  if (before !== undefined && before.busyUntilMs > nowMs()) return before.busyUntilMs - nowMs();
  // The last attach was killed, and its time has passed.
  before?.undo?.();
  const kept: Kept = before ?? { busyUntilMs: 0 };
  kept.busyUntilMs = nowMs() + order.lastsMs;
  Object.defineProperty(process, key, { value: kept, enumerable: false, configurable: true, writable: true });

  let addonMissing: string | null = null;
  let heapFault: string | null = null;
  let handle: NativeSamplerHandle | undefined;
  const slots = new Float64Array(new SharedArrayBuffer(order.sampleLength * 8));
  slots.fill(Number.NaN);

  const textOf = (error: unknown): string => String((error as Error)?.message ?? error).split('\n', 1)[0]!;
  const bindingOf = (path: string): AttachBinding => {
    if (kept.path === path && kept.binding !== undefined) return kept.binding;
    const module = { exports: {} };
    process.dlopen(module, path);
    kept.path = path;
    kept.binding = module.exports as AttachBinding;
    return kept.binding;
  };
  if (order.addon !== null) {
    try {
      const binding = bindingOf(order.addon);
      if (binding.sampleLayout().version !== order.layoutVersion) throw new Error('the addon is of another version');
      heapFault = binding.heapVerify(v8.getHeapStatistics, () => process.memoryUsage().arrayBuffers);
      handle = binding.samplerOpen(slots, order.mask, true);
      if (handle === undefined) throw new Error('the addon made no sampler');
    } catch (error) {
      addonMissing = textOf(error);
    }
  } else addonMissing = 'it was not asked for';

  let trackerMissing: string | null = null;
  let reboundSlots: TrackerSlots | null = null;
  let isTracking = false;
  if (order.tracker !== null) {
    try {
      if (kept.binding === undefined) throw new Error(addonMissing ?? 'there is no addon');
      trackerMissing = kept.binding.trackerAttach(order.tracker.path, order.tracker.rate);
      isTracking = trackerMissing === null;
      if (isTracking) reboundSlots = kept.binding.trackerRebind();
    } catch (error) {
      trackerMissing = textOf(error);
    }
  }

  const memoryNow = (): AgentLook['memory'] => {
    const { rss, external, arrayBuffers } = process.memoryUsage();
    return { rss, external, arrayBuffers };
  };
  const resources = (): Readonly<Record<string, number>> | null => {
    const info = (process as { getActiveResourcesInfo?: () => string[] }).getActiveResourcesInfo?.();
    if (info === undefined) return null;
    const counts: Record<string, number> = {};
    for (const name of info) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };
  const look = (): AgentLook => ({
    version: process.version,
    uptimeS: process.uptime(),
    heap: v8.getHeapStatistics() as unknown as Record<string, number>,
    spaces: v8.getHeapSpaceStatistics().map((space) => ({
      name: space.space_name,
      usedBytes: space.space_used_size,
      sizeBytes: space.space_size,
      physicalBytes: space.physical_space_size,
    })),
    memory: memoryNow(),
    resources: resources(),
    addonMissing,
    heapFault,
    trackerMissing,
    slots: reboundSlots,
  });

  /** What Node itself offers, where there is no addon, or where the addon cannot read the heap. */
  const fillHeap = (): void => {
    const heap = v8.getHeapStatistics();
    slots[order.slotIndex.js_used_bytes!] = heap.used_heap_size;
    slots[order.slotIndex.js_peak_bytes!] = heap.used_heap_size;
    slots[order.slotIndex.external_bytes!] = heap.external_memory;
  };
  const fillAll = (): void => {
    const usage = process.resourceUsage();
    const put = (name: string, value: number): void => {
      slots[order.slotIndex[name]!] = value;
    };
    put('wall_ns', Number(process.hrtime.bigint()));
    put('process_cpu_ns', (usage.userCPUTime + usage.systemCPUTime) * 1000);
    put('faults_minor', usage.minorPageFault);
    put('faults_major', usage.majorPageFault);
    put('ctx_voluntary', usage.voluntaryContextSwitches);
    put('ctx_involuntary', usage.involuntaryContextSwitches);
    put('read_bytes', usage.fsRead * 512);
    put('write_bytes', usage.fsWrite * 512);
    const { rss, arrayBuffers } = process.memoryUsage();
    put('rss_bytes', rss);
    put('rss_peak_bytes', rss);
    put('buffers_bytes', arrayBuffers);
    fillHeap();
  };
  const base64 = (cells: Float64Array): string =>
    Bytes.from(cells.buffer as ArrayBuffer, cells.byteOffset, cells.byteLength).toString('base64');

  let restored: TrackerSlots | null = null;
  const detach = (): void => {
    if (!isTracking) return;
    isTracking = false;
    restored = kept.binding!.trackerDetach();
  };
  const undo = (): string => {
    const faults: string[] = [];
    const tryTo = (what: string, act: () => void): void => {
      try {
        act();
      } catch (error) {
        faults.push(`${what}: ${textOf(error)}`);
      }
    };
    tryTo('native allocations', detach);
    tryTo('the sampler', () => handle?.close());
    handle = undefined;
    tryTo('its sources', () => kept.binding?.sourcesClose());
    timers.clearTimeout(deadline);
    kept.busyUntilMs = 0;
    delete kept.undo;
    if (kept.binding === undefined) delete holder[key];
    return JSON.stringify({ slots: restored, faults } satisfies AgentUndone);
  };
  const closeInspector = (isNow: boolean): void => {
    const inspector: typeof import('node:inspector') = builtIn('node:inspector');
    if (isNow) inspector.close();
    else timers.setImmediate(() => inspector.close());
  };
  kept.undo = undo;
  // Whoever attached may be killed. Nothing is left open then either, as soon as the event loop goes on.
  const deadline = timers.setTimeout(() => {
    undo();
    if (order.opened) closeInspector(false);
  }, order.lastsMs);
  deadline.unref();

  return {
    began: JSON.stringify(look()),
    sample(isLast) {
      if (handle === undefined) fillAll();
      else if (isLast) handle.readExit();
      else handle.readEntry();
      if (handle !== undefined && heapFault !== null) fillHeap();
      const cells = new Float64Array(order.accountLength);
      // False where the list of mappings would have cost too much; the other cells are there all the same.
      handle?.readAccount(cells);
      const { binding } = kept;
      const heap = v8.getHeapStatistics();
      const sample: AgentSample = {
        slots: base64(slots),
        account: handle === undefined ? null : base64(cells),
        sources: handle === undefined ? null : binding!.sourcesRead(),
        modules: handle === undefined ? null : binding!.modulesRead(),
        rssPeakBytes: handle === undefined ? null : binding!.rssPeakRead(),
        tracker: isTracking ? (binding!.trackerRead() ?? null) : null,
        memory: memoryNow(),
        heapPhysicalBytes: heap.total_physical_size,
        heapUsedBytes: heap.used_heap_size,
      };
      // JSON would make null of what was not read.
      return JSON.stringify(sample, (_, value) => (Number.isNaN(value) ? order.notANumber : value));
    },
    lookAgain() {
      return JSON.stringify(isTracking ? kept.binding!.trackerRebind() : null);
    },
    endTracking() {
      if (!isTracking) return '';
      // First, or the copy would be among what is told.
      detach();
      const tables = kept.binding!.trackerStacks();
      const { gzipSync }: typeof import('node:zlib') = builtIn('node:zlib');
      return tables == null ? '' : gzipSync(Bytes.from(tables), { level: 1 }).toString('base64');
    },
    undo,
    closeInspector,
  };
}
