import type { ProfilerSettings } from '../model/options.js';
import type { Sampler } from '../model/sampler.js';
import { absent, present, type SourceState } from '../model/sources.js';
import { type CpuStacks, openCpuStacks } from '../stacks/cpu-stacks.js';
import type { Flushed } from '../stacks/sampling-messages.js';
import { samplingWarnings } from '../stacks/sampling-warnings.js';
import { StageLog } from '../stacks/stage-log.js';
import type { LabelNode } from '../store/labels.js';

/** The CPU stacks of a profiler: those that it was asked for, or why there are none. */
export class SampledStacks {
  private readonly cpu: CpuStacks | null = null;
  private readonly missing: string | null = null;
  private log: StageLog | null = null;
  /** What `read` answers after `close`. */
  private last: Flushed | null = null;

  /** @param file where they are kept while the program runs; null for nowhere */
  constructor(
    private readonly settings: ProfilerSettings,
    file: string | null,
  ) {
    const { cpuStacks, collect } = settings;
    if (cpuStacks === null) return;
    try {
      this.cpu = openCpuStacks({ hz: cpuStacks.hz, file, isKernelCpu: collect === 'none' });
    } catch (error) {
      this.missing = (error as Error).message;
    }
  }

  get areSampled(): boolean {
    return this.cpu !== null;
  }

  /** @param isRead see `StageLog` */
  openLog(sampler: Sampler, root: LabelNode, isRead: boolean): StageLog | null {
    if (this.cpu === null) return null;
    this.log = new StageLog(this.cpu, sampler, root, isRead);
    return this.log;
  }

  /** @returns undefined where none are sampled */
  read(): Uint8Array | undefined {
    if (this.cpu === null) return undefined;
    const { pprof } = this.last ?? this.cpu.read();
    return pprof.length === 0 ? undefined : pprof;
  }

  /** Undefined where none were asked for. */
  state(): SourceState | undefined {
    const { cpuStacks } = this.settings;
    if (cpuStacks === null) return undefined;
    const missing = this.missing ?? this.last?.account.missing ?? null;
    return missing === null ? sampledState(cpuStacks.hz) : absent(missing);
  }

  warnings(): string[] {
    return this.last === null ? [] : samplingWarnings(this.last.account);
  }

  close(): void {
    if (this.cpu === null) return;
    this.log?.close();
    this.last = this.cpu.release();
  }
}

export function sampledState(hz: number): SourceState {
  return present(
    'sampled',
    `V8's CPU profiler at ${hz} Hz`,
    "scaled to the CPU of each stage by the thread's own clock; functions that V8 has inlined are their callers'",
  );
}
