import type { RunningListener } from '../attribution/execution.js';
import type { ProfilerSettings } from '../model/options.js';
import type { Sampler } from '../model/sampler.js';
import { absent, present, type SourceState, type Sources } from '../model/sources.js';
import { formatWarning } from '../model/warnings.js';
import type { ThreadStacksState } from '../native/addon.js';
import { type CpuStacks, openCpuStacks } from '../stacks/cpu-stacks.js';
import {
  type NativeStacks,
  openNativeStacks,
  openThreadStacks,
  type StageWord,
  type ThreadStacks,
} from '../stacks/native-stacks.js';
import type { Flushed } from '../stacks/sampling-messages.js';
import { samplingWarnings } from '../stacks/sampling-warnings.js';
import { sitesPath } from '../stacks/sites-path.js';
import { StageLog } from '../stacks/stage-log.js';
import { writeStacks } from '../stacks/write-stacks.js';
import type { LabelNode } from '../store/labels.js';

/** Stacks of one kind that a profiler was asked for, or why there are none. Both are null where it was not asked. */
interface Opened<T> {
  readonly stacks: T | null;
  readonly missing: string | null;
}

/** Where stacks are kept while the program runs; null for nowhere. */
export interface KeptStacksFiles {
  readonly cpuFile: string | null;
  /** The tables of native stacks lie beside it, and stay as long as it does. */
  readonly recorder: string | null;
}

const NO_TIMER =
  'threads without a timer, which are not sampled (a quarter of ulimit -i is in use, or the kernel made none)';

/** The stacks of a profiler: those that it was asked for, or why there are none. */
export class SampledStacks {
  private readonly cpu: Opened<CpuStacks>;
  private readonly native: Opened<NativeStacks>;
  private readonly threads: Opened<ThreadStacks>;
  private log: StageLog | null = null;
  /** Is told of each call that is opened; null without native stacks. */
  stageWord: StageWord | null = null;
  /** What `read` answers after `close`. */
  private lastCpu: Flushed | null = null;
  private lastThreads: ThreadStacksState | null = null;
  private readonly sitesFile: string | null;

  constructor(
    private readonly settings: ProfilerSettings,
    { cpuFile: file, recorder }: KeptStacksFiles,
  ) {
    const { cpuStacks, nativeStacks, collect } = settings;
    this.sitesFile = recorder === null ? null : sitesPath(recorder);
    this.cpu = opened(cpuStacks !== null, () =>
      openCpuStacks({ hz: cpuStacks!.hz, file, isKernelCpu: collect === 'none' }),
    );
    this.native = opened(nativeStacks, () => openNativeStacks(this.sitesFile));
    this.threads = opened(cpuStacks !== null, () => openThreadStacks(this.sitesFile, cpuStacks!.hz));
  }

  get areSampled(): boolean {
    return this.cpu.stacks !== null || this.tables !== null;
  }

  /** What the tracker knows; null where neither kind of its stacks is taken. */
  private get tables(): NativeStacks | null {
    return this.native.stacks ?? this.threads.stacks;
  }

  /** @param isRead see `StageLog` */
  openLog(sampler: Sampler, root: LabelNode, isRead: boolean): RunningListener | null {
    const { stacks: cpu } = this.cpu;
    const { tables } = this;
    if (cpu !== null) this.log = new StageLog(cpu, sampler, root, isRead);
    if (tables !== null) this.stageWord = tables.openLog(root);
    const { log, stageWord: word } = this;
    return log !== null && word !== null ? new BothListeners(log, word) : (log ?? word);
  }

  /** @returns undefined where none are sampled */
  read(): Uint8Array | undefined {
    const cpu = (this.lastCpu ?? this.cpu.stacks?.read())?.pprof;
    const native = this.tables?.read();
    if (native !== undefined) return writeStacks(cpu, native);
    return cpu === undefined || cpu.length === 0 ? undefined : cpu;
  }

  /** The kinds that were asked for. */
  states(): Partial<Sources> {
    const { cpuStacks, nativeStacks } = this.settings;
    const account = this.lastCpu?.account ?? this.cpu.stacks?.account;
    const noCpu = this.cpu.missing ?? account?.missing ?? null;
    const { missing: noNative } = this.native;
    // A profiler that joins what runs already gets the rate of the one that has started it.
    const hz = account?.hz || this.threads.stacks?.hz || cpuStacks?.hz || 0;
    return {
      ...(cpuStacks === null ? {} : { cpu_stacks: noCpu === null ? sampledState(hz) : absent(noCpu) }),
      ...(cpuStacks === null ? {} : { thread_stacks: this.threadsState(this.threads.stacks?.hz || hz) }),
      ...(nativeStacks ? { native_stacks: noNative === null ? this.sitesState() : absent(noNative) } : {}),
    };
  }

  /** Under `run` the tables lie beside its own recorder. */
  private sitesState(): SourceState {
    const { sitesFile } = this;
    const isElsewhere = sitesFile !== null && this.native.stacks?.file !== sitesFile;
    return isElsewhere ? present('sampled', 'tracker', `${SITES_LIMITS}; ${SITES_ELSEWHERE}`) : SITES_STATE;
  }

  private threadsState(hz: number): SourceState {
    const { missing, stacks } = this.threads;
    const { missing: ended = null } = this.lastThreads ?? stacks?.state() ?? {};
    return missing === null ? threadsState(hz, ended) : absent(missing);
  }

  warnings(): string[] {
    const { failed = 0 } = this.lastThreads ?? {};
    return [
      ...(this.lastCpu === null ? [] : samplingWarnings(this.lastCpu.account)),
      ...(failed === 0 ? [] : [formatWarning(NO_TIMER, failed)]),
    ];
  }

  close(): void {
    this.log?.close();
    if (this.cpu.stacks !== null) this.lastCpu = this.cpu.stacks.release();
    const how = { file: this.sitesFile, keepsFile: this.settings.recorder?.keep === true };
    this.lastThreads = this.threads.stacks?.state() ?? null;
    this.native.stacks?.release(how);
    this.threads.stacks?.release(how);
  }
}

function opened<T>(isAsked: boolean, open: () => T): Opened<T> {
  if (!isAsked) return { stacks: null, missing: null };
  try {
    return { stacks: open(), missing: null };
  } catch (error) {
    return { stacks: null, missing: (error as Error).message };
  }
}

class BothListeners implements RunningListener {
  constructor(
    private readonly first: RunningListener,
    private readonly second: RunningListener,
  ) {}

  switchTo(node: LabelNode): void {
    this.first.switchTo(node);
    this.second.switchTo(node);
  }

  resume(node: LabelNode): void {
    this.first.resume(node);
    this.second.resume(node);
  }
}

export function sampledState(hz: number): SourceState {
  return present(
    'sampled',
    `V8's CPU profiler at ${hz} Hz`,
    "scaled to the CPU of each stage by the thread's own clock; functions that V8 has inlined are their callers'",
  );
}

/** @param ended why samples are no longer taken; null while they are */
function threadsState(hz: number, ended: string | null): SourceState {
  return present(
    'sampled',
    `timers on the CPU clocks of the threads at ${hz} Hz`,
    ended === null
      ? 'scaled to the CPU of threads of the same name; of work that nobody is known to have queued no stage is told'
      : `they ended early: ${ended}`,
  );
}

const SITES_LIMITS =
  'blocks of the rate or more are exact; frames of code without unwind tables may be guessed, and are marked';
const SITES_ELSEWHERE =
  'a process has one file of them, which lies beside the recorder that was opened first, such as that of `stageprof run`';
const SITES_STATE: SourceState = present('sampled', 'tracker', SITES_LIMITS);
