import { wallNs } from '../host/clock.js';
import { unlinkSync } from '../host/files.js';
import { Error, Float64Array, Uint32Array } from '../host/intrinsics.js';
import { isMainThread, threadName } from '../host/process.js';
import type { Binding, ThreadStacksState } from '../native/addon.js';
import { loadBinding } from '../native/load-addon.js';
import { systemFault } from '../os/system-fault.js';
import type { LabelNode } from '../store/labels.js';
import { aroundProcessEvents } from './process-ending.js';
import { workerName } from './thread-name.js';

/** The part of the stacks of native allocations that a profiler has. The tracker takes them, whoever asks for them or not. */
export interface NativeStacks {
  /** From now on the tracker knows which stage runs on this thread. */
  openLog(root: LabelNode): StageWord;
  /** The tables as of now, as `readSites` takes them, also after `release`; undefined where there is no memory. */
  read(): ArrayBuffer | undefined;
  /** Where the tables of the process are kept, which have one file: that of the first profiler that named one. */
  readonly file: string | null;
  /** To be called once. What is live when the last profiler of the process is closed is live at the end. */
  release(how: {
    /** What the profiler has named, and whether it stays if the tables are there. */
    readonly file: string | null;
    readonly keepsFile: boolean;
  }): void;
}

/**
 * @param file where the tables are kept while the program runs, if they are in no file yet; null for memory
 * @throws {Error} where the tracker takes no stacks
 */
export function openNativeStacks(file: string | null): NativeStacks {
  const binding = bindingOrThrow();
  const reason = binding.sitesMissing();
  if (reason !== null) throw new Error(reason);
  return join(binding, file);
}

/** The stacks of the CPU of threads that run no JS. They lie in the same tables, and are read with them. */
export interface ThreadStacks extends NativeStacks {
  /** The rate of the profiler that has started them; 0 on a worker thread, which does not know it. */
  readonly hz: number;
  state(): ThreadStacksState;
}

/**
 * Starts to sample the CPU of the threads of the process that run no JS, or joins in.
 *
 * @throws {Error} where that cannot be
 */
export function openThreadStacks(file: string | null, hz: number): ThreadStacks {
  const binding = bindingOrThrow();
  // A worker thread tells its stage. The main thread has started what is sampled, if anything is.
  const reason = isMainThread ? binding.threadStacksStart(hz) : stateOf(binding).missing;
  if (reason !== null) throw new Error(reason);
  try {
    const stacks = join(binding, file);
    if (isMainThread && stacks.hz === 0) stacks.hz = hz;
    return stacks;
  } catch (error) {
    if (isMainThread && running === null) binding.threadStacksStop();
    throw error;
  }
}

function bindingOrThrow(): Binding {
  const { binding, missing } = loadBinding();
  if (binding === null) throw new Error(missing);
  return binding;
}

function join(binding: Binding, file: string | null): StacksOfProcess {
  const stacks = running ?? new StacksOfProcess(binding);
  stacks.keepIn(file);
  stacks.begin();
  running = stacks;
  return stacks;
}

function stateOf(binding: Binding): ThreadStacksState {
  return binding.threadStacksRead() ?? { missing: binding.sitesMissing(), signal: 0, failed: 0, blocked: 0 };
}

let running: StacksOfProcess | null = null;
/** The tables are those of the process, and go into a file once. */
let keptIn: string | null = null;

class StacksOfProcess implements ThreadStacks {
  hz = 0;
  private users = 0;
  private keepsFile = false;
  private readonly word = new Uint32Array(1);
  private readonly openings: Float64Array | null;
  private takeOut = (): void => {};

  constructor(private readonly binding: Binding) {
    const openings = binding.stageOpenings();
    this.openings = openings === null ? null : new Float64Array(openings);
  }

  begin(): void {
    if (this.users++ > 0 || !isMainThread) return;
    // An earlier profiler may have been closed.
    this.binding.sitesBegin();
    this.takeOut = aroundProcessEvents({ isHidden: () => false, ended: () => this.binding.sitesEnd() });
  }

  get file(): string | null {
    return keptIn;
  }

  keepIn(file: string | null): void {
    if (file === null || !isMainThread || keptIn !== null) return;
    const error = this.binding.sitesKeep(file);
    if (error !== 0) throw new Error(`the tables of native stacks cannot be kept, ${systemFault(error).reason}`);
    keptIn = file;
  }

  openLog(root: LabelNode): StageWord {
    const word = new StageWord(this.word, this.openings, this.binding, root);
    this.binding.stackStageWord(this.word);
    return word;
  }

  state(): ThreadStacksState {
    return stateOf(this.binding);
  }

  read(): ArrayBuffer | undefined {
    return this.binding.sitesRead() ?? undefined;
  }

  release({ file, keepsFile }: { readonly file: string | null; readonly keepsFile: boolean }): void {
    if (file !== null && file === keptIn) this.keepsFile = keepsFile;
    if (--this.users > 0) return;
    this.binding.stackStageWord(null);
    if (isMainThread) {
      this.binding.threadStacksStop();
      this.binding.sitesEnd();
    }
    this.takeOut();
    if (!this.keepsFile && isMainThread) removeFile(keptIn);
    running = null;
  }
}

function removeFile(path: string | null): void {
  try {
    if (path !== null) unlinkSync(path);
  } catch {
    // It is gone, or its folder can no longer be written to.
  }
}

/**
 * Tells the tracker which stage runs on a thread, in a word of memory that it reads with each stack.
 *
 * Used inside programs.
 */
export class StageWord {
  /** By row. */
  private readonly ids: number[] = [];

  constructor(
    private readonly word: Uint32Array,
    private readonly openings: Float64Array | null,
    private readonly binding: Binding,
    root: LabelNode,
  ) {
    this.switchTo(root);
  }

  /** A call of `node` is opened: what lives by then has outlived the calls before it. */
  opened(node: LabelNode): void {
    if (this.openings !== null) this.openings[this.ids[node.row] ?? this.enter(node)] = wallNs();
  }

  /** From now on the code of `node` runs. */
  switchTo(node: LabelNode): void {
    this.word[0] = this.ids[node.row] ?? this.enter(node);
  }

  /** The same. */
  resume(node: LabelNode): void {
    this.switchTo(node);
  }

  private enter(node: LabelNode): number {
    const id = this.binding.stackStageFind(THREAD, node.path);
    this.ids[node.row] = id;
    return id;
  }
}

/** As the CPU stacks name the threads. Before Node 22.20 a worker thread does not know its name. */
const THREAD = isMainThread ? 'main' : workerName(threadName ?? '');
