import type { Stacks } from '../model/options.js';
import type { AgentLook, AgentSample } from './agent-messages.js';
import type { ProcLook } from './proc-look.js';
import type { ThreadSamples } from './thread-samples.js';
import type { JsThread } from './worker-looks.js';

export interface LookOptions {
  readonly seconds: number;
  readonly stacks: ReadonlySet<Stacks>;
  /** Whether the program may be stopped for more than a second. */
  readonly mayPause: boolean;
}

/** The heap of a worker thread. */
export interface WorkerHeap {
  readonly thread: JsThread;
  readonly usedBytes: number;
  readonly physicalBytes: number;
}

/** What was seen from inside of a process. */
export interface InsideLook {
  readonly began: AgentLook;
  readonly first: AgentSample;
  readonly last: AgentSample;
  readonly samples: readonly ThreadSamples[];
  /** At the end, and of how many bytes all of them were used at the first sample and at the last. */
  readonly workers: readonly WorkerHeap[];
  readonly workersBytes: readonly [number, number];
  readonly mainCpuNs: readonly [number, number];
  /** Tables of the tracker, compressed; empty without native stacks. */
  readonly nativeTables: Buffer;
  /** As it was seen from outside at the end. */
  readonly mapped: ProcLook['mapped'];
  /** Why no CPU was sampled; null where it was, or was not asked for. */
  readonly cpuMissing: string | null;
  /** Why it was not looked at for as long as was asked for; null where it was. */
  readonly cutShort: string | null;
}
