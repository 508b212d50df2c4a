/**
 * The thread that samples the stacks of all JS threads of a program. It has a session of the inspector to the main thread,
 * which it also reaches while that thread never returns to its event loop, and through that thread sessions to the worker
 * threads. It keeps neither the process alive nor any state of the program. Nothing here may print.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { BroadcastChannel, type MessagePort, workerData } from 'node:worker_threads';
import { CpuFold } from './cpu-fold.js';
import { writePprof } from './pprof-writer.js';
import { type Post, ProfiledThread } from './profiled-thread.js';
import {
  type FromThread,
  PHASE,
  SAMPLING_STATE,
  type SamplingAccount,
  type SamplingPlan,
  type ToSampling,
} from './sampling-messages.js';
import { SourcePositions } from './source-positions.js';
import { ThreadJoin } from './thread-join.js';
import type { V8Profile } from './v8-profile.js';
import { WorkerSessions } from './worker-sessions.js';

/** How often the kernel's counters of the main thread are read. A reading takes some 15 us, of this thread. */
const READ_EVERY_MS = 100;
/**
 * How often a profile is taken, and how much a kill loses. The main thread needs half a millisecond for it. This thread needs
 * 5 to 10 ms with deep stacks, most of it for the text in which V8 hands over each stack anew.
 */
const ROTATE_EVERY_MS = 1000;
/** The file is written as often as that takes this part of the time of this thread. */
const WRITING_SHARE = 0.01;

const { plan, port } = workerData as { plan: SamplingPlan; port: MessagePort };

class Sampling {
  private readonly fold = new CpuFold(1e9 / plan.hz);
  private readonly sources = new SourcePositions();
  private readonly labels: string[] = [''];
  private readonly session = new Session();
  private readonly main: ProfiledThread;
  private readonly workers: WorkerSessions;
  private missing: string | null = null;
  private isRotating = false;
  private isOver = false;
  private nextWriteMs = 0;
  private failures = 0;
  private rotations: Promise<void> = Promise.resolve();

  constructor() {
    const intervalUs = Math.round(1e6 / plan.hz);
    const join = new ThreadJoin(this.fold, this.sources, this.labels, 'main', intervalUs);
    join.follow(plan.ring);
    this.main = new ProfiledThread(this.post, join, intervalUs);
    this.workers = new WorkerSessions(this.post, (post, name, labels) => {
      const workerJoin = new ThreadJoin(this.fold, this.sources, labels, name, intervalUs);
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
      await this.main.start();
    } catch (error) {
      this.missing = (error as Error).message;
      return;
    } finally {
      Atomics.store(state, SAMPLING_STATE.begun, 1);
      Atomics.notify(state, SAMPLING_STATE.begun);
    }
    setInterval(() => this.read(), READ_EVERY_MS);
    setInterval(() => void this.rotate(true), ROTATE_EVERY_MS);
    await this.workers.start(this.session);
  }

  take(message: ToSampling): void {
    if (message.type === 'label') this.labels[message.id] = message.label;
    else void this.flush(message.id, message.isLast);
  }

  takeFromThread(message: FromThread): void {
    this.workers.take(message);
  }

  private async flush(id: number, isLast: boolean): Promise<void> {
    let pprof: Uint8Array = new Uint8Array(0);
    try {
      this.read();
      if (isLast) this.isOver = true;
      await this.rotate(!isLast);
      pprof = await writePprof(this.fold.result());
      this.write(pprof);
    } catch (error) {
      this.missing ??= (error as Error).message;
    }
    port.postMessage({ id, pprof, account: this.account() });
    if (isLast) this.session.disconnect();
    Atomics.store(plan.state, SAMPLING_STATE.answered, id);
    Atomics.notify(plan.state, SAMPLING_STATE.answered);
  }

  /** One after another: what was asked for first is taken first. */
  private rotate(goesOn: boolean): Promise<void> {
    if (goesOn && (this.isRotating || this.isOver)) return this.rotations;
    this.isRotating = true;
    this.rotations = this.rotations.then(() => this.rotateNow(goesOn));
    return this.rotations;
  }

  private async rotateNow(goesOn: boolean): Promise<void> {
    try {
      const workers = this.workers.rotate(goesOn);
      await this.main.rotate(goesOn);
      await workers;
      if (goesOn && performance.now() >= this.nextWriteMs) {
        const begun = performance.now();
        this.write(await writePprof(this.fold.result()));
        this.nextWriteMs = performance.now() + (performance.now() - begun) / WRITING_SHARE;
      }
    } catch {
      this.failures++;
    } finally {
      this.isRotating = false;
    }
  }

  private write(pprof: Uint8Array): void {
    if (plan.file === null) return;
    try {
      writeWhole(plan.file, pprof);
      writeWhole(`${plan.file}.json`, Buffer.from(JSON.stringify(this.account())));
    } catch {
      this.failures++;
    }
  }

  private read(): void {
    if (!plan.takesReadings) return;
    try {
      const [cpuNs, delayNs] = readFileSync(`/proc/self/task/${plan.tid}/schedstat`, 'latin1').split(' ').map(Number);
      const timeUs = Number(process.hrtime.bigint()) / 1000;
      if (cpuNs! > 0) this.main.addReading({ timeUs, cpuUs: cpuNs! / 1000, delayUs: delayNs! / 1000 });
    } catch {
      // A kernel without the file. Waiting then weighs as much as running.
    }
  }

  private account(): SamplingAccount {
    const counted = [
      { text: 'CPU profiles that the program has ended by its own use of the inspector', count: this.main.endedEarly },
      { text: 'changes of stage that came too fast to be joined with stacks', count: this.main.join.lost },
      { text: 'CPU profiles that could not be taken', count: this.failures },
      ...this.workers.warnings(),
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
      this.session.post(method, params, (error, result) => {
        if (error === null) resolve(result);
        else reject(new Error(error.message));
      });
    });
}

/** A reader never sees half a file. */
function writeWhole(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.part`, bytes, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

const sampling = new Sampling();
port.on('message', (message: ToSampling) => sampling.take(message));
const channel = new BroadcastChannel(plan.channel);
channel.onmessage = (event) => sampling.takeFromThread((event as { data: FromThread }).data);
sampling.start().catch(() => {});
