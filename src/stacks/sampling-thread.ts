/**
 * The thread that samples the stacks of all JS threads of a program. It has a session of the inspector to the main thread,
 * which it also reaches while that thread never returns to its event loop, and through that thread sessions to the worker
 * threads. It keeps neither the process alive nor any state of the program. Nothing here may print.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { BroadcastChannel, type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { CpuFold } from './cpu-fold.js';
import { keptText } from './kept-stacks.js';
import { PauseWatch } from './pause-watch.js';
import { type Post, ProfiledThread } from './profiled-thread.js';
import {
  type FlushRequest,
  type FromThread,
  PHASE,
  SAMPLING_STATE,
  type SamplingAccount,
  type SamplingPlan,
  type ToSampling,
} from './sampling-messages.js';
import { SourcePositions } from './source-positions.js';
import { ThreadClock } from './thread-clock.js';
import { ThreadJoin, type ToldLabels } from './thread-join.js';
import type { CpuReading } from './thread-log.js';
import type { V8Profile } from './v8-profile.js';
import { WorkerSessions } from './worker-sessions.js';

/** How often the log of each thread and the kernel's counters of the main thread are read. */
const READ_EVERY_MS = 200;
/** The file is written as often as that takes this part of the time of this thread. */
const WRITING_SHARE = 0.002;

const { plan, port } = workerData as { plan: SamplingPlan; port: MessagePort };
const channel = new BroadcastChannel(plan.channel);

class Sampling {
  private readonly fold = new CpuFold(1e9 / plan.hz);
  private readonly sources = new SourcePositions();
  private readonly labels: string[] = [''];
  private readonly session = new Session();
  private readonly main: ProfiledThread;
  private readonly workers: WorkerSessions;
  private readonly clock = ThreadClock.open(plan.tid);
  private readonly pauses = new PauseWatch((method, params) => this.post(method, params));
  /** Rejects what the main thread has not answered yet. */
  private readonly unanswered = new Set<(error: Error) => void>();
  /** Whether the main thread is left to a debugger of the program. */
  private hasLeft = false;
  private missing: string | null = null;
  private isRotating = false;
  private isOver = false;
  private nextWriteMs = 0;
  private failures = 0;
  private unwritten = 0;
  private rotations: Promise<void> = Promise.resolve();

  constructor() {
    const intervalUs = Math.round(1e6 / plan.hz);
    const join = new ThreadJoin(this.fold, this.sources, this.told(this.labels), 'main', intervalUs);
    join.log.follow(plan.ring);
    this.main = new ProfiledThread(this.post, join, intervalUs);
    this.workers = new WorkerSessions(plan.hz, this.post, (post, name, labels) => {
      const workerJoin = new ThreadJoin(this.fold, this.sources, this.told(labels), name, intervalUs);
      return new ProfiledThread(post, workerJoin, intervalUs);
    });
  }

  async start(): Promise<void> {
    const { state } = plan;
    if (Atomics.compareExchange(state, SAMPLING_STATE.phase, PHASE.starting, PHASE.connected) !== PHASE.starting)
      return;
    try {
      this.session.connectToMainThread();
      this.session.on('Profiler.consoleProfileFinished', ({ params }) => {
        this.main.profileFinished(params.title ?? '', params.profile as V8Profile);
      });
      this.session.on('Debugger.paused', () => this.pauses.paused());
      await this.main.start();
    } catch (error) {
      this.missing = (error as Error).message;
      this.workers.stop();
      return;
    } finally {
      Atomics.store(state, SAMPLING_STATE.begun, 1);
      Atomics.notify(state, SAMPLING_STATE.begun);
    }
    setInterval(() => this.look(), READ_EVERY_MS);
    await this.workers.start(this.session);
  }

  take(message: ToSampling): void {
    if (message.type === 'label') this.labels[message.id] = message.label;
    else void this.flush(message);
  }

  takeFromThread(message: FromThread): void {
    this.workers.take(message);
  }

  /** What waits in the queues of this thread is told, though no event has come of it yet. */
  private told(byId: readonly string[]): ToldLabels {
    return { byId, takeTold: () => this.takeWaiting() };
  }

  private takeWaiting(): void {
    for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
      this.take(got.message as ToSampling);
    }
    for (let got = receive(channel); got !== undefined; got = receive(channel)) {
      this.takeFromThread(got.message as FromThread);
    }
  }

  private look(): void {
    const reading = this.readLog();
    this.workers.look();
    if (this.hasLeft || this.isOver) return;
    if (this.main.isDue || this.workers.areDue) void this.rotate();
    void this.pauses.isPaused(reading).then((isPaused) => {
      if (isPaused) this.leave();
    });
  }

  private readLog(): CpuReading | null {
    const reading = this.clock?.read() ?? null;
    this.main.join.log.take(plan.takesReadings ? reading : null);
    return reading;
  }

  private leave(): void {
    this.hasLeft = true;
    this.workers.stop();
    this.session.disconnect();
    for (const reject of this.unanswered) reject(new Error('a debugger has paused the program'));
  }

  private async flush({ id, isLast, wantsPprof }: FlushRequest): Promise<void> {
    let pprof: Uint8Array = new Uint8Array(0);
    try {
      this.readLog();
      if (isLast) this.isOver = true;
      await this.rotations;
      if (this.missing === null) await this.rotateNow({ goesOn: !isLast, onlyDue: false });
      // Only here: to load what writes it takes longer than the rest of a short sampling.
      if (wantsPprof) pprof = await (await import('./pprof-writer.js')).writePprof(this.fold.result());
      this.keep();
    } catch (error) {
      this.missing ??= (error as Error).message;
    }
    if (isLast) this.workers.stop();
    port.postMessage({ id, pprof, account: this.account() });
    if (isLast) this.session.disconnect();
    Atomics.store(plan.state, SAMPLING_STATE.answered, id);
    Atomics.notify(plan.state, SAMPLING_STATE.answered);
  }

  private async rotate(): Promise<void> {
    if (this.isRotating || this.isOver) return;
    this.isRotating = true;
    this.rotations = this.rotateNow({ goesOn: true, onlyDue: true });
    await this.rotations;
    this.isRotating = false;
    if (performance.now() >= this.nextWriteMs) this.keep();
  }

  /** Never rejects. */
  private async rotateNow(how: { readonly goesOn: boolean; readonly onlyDue: boolean }): Promise<void> {
    const workers = this.hasLeft ? undefined : this.workers.rotate(how);
    try {
      if (!this.hasLeft && (!how.onlyDue || this.main.isDue)) await this.main.rotate(how.goesOn);
    } catch {
      this.failures++;
    }
    await workers;
  }

  private keep(): void {
    if (plan.file === null) return;
    const begun = performance.now();
    try {
      writeWhole(plan.file, keptText({ profile: this.fold.result(), account: this.account() }));
    } catch {
      this.unwritten++;
    }
    this.nextWriteMs = performance.now() + (performance.now() - begun) / WRITING_SHARE;
  }

  private account(): SamplingAccount {
    const { main, workers } = this;
    const endedEarly = main.endedEarly + workers.endedEarly;
    const lostEntries = main.join.log.lost + workers.lostEntries;
    const counted = [
      { text: 'CPU profiles that the program has ended by its own use of the inspector', count: endedEarly },
      { text: 'changes of stage that came too fast to be joined with stacks', count: lostEntries },
      { text: 'CPU profiles that could not be taken', count: this.failures },
      { text: 'times that CPU stacks could not be written to their file', count: this.unwritten },
      { text: 'pauses by a debugger of the program, at which CPU stacks end', count: this.hasLeft ? 1 : 0 },
      ...workers.warnings(),
    ];
    return {
      hz: plan.hz,
      samples: this.fold.samples,
      startPauseMs: this.main.startPauseMs,
      warnings: counted.filter(({ count }) => count > 0),
      missing: this.missing,
    };
  }

  private readonly post: Post = (method, params = {}) =>
    new Promise((resolve, reject) => {
      this.unanswered.add(reject);
      this.session.post(method, params, (error, result) => {
        this.unanswered.delete(reject);
        if (error === null) resolve(result);
        else reject(new Error(error.message));
      });
    });
}

/** Node takes from a channel too, which its types do not know. */
function receive(from: BroadcastChannel): { readonly message: unknown } | undefined {
  return receiveMessageOnPort(from as unknown as MessagePort);
}

/** A reader never sees half a file. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.part`, text, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

const sampling = new Sampling();
port.on('message', (message: ToSampling) => sampling.take(message));
channel.onmessage = (event) => sampling.takeFromThread((event as { data: FromThread }).data);
sampling.start().catch(() => {});
