import { setTimeout as delay } from 'node:timers/promises';
import { listeningPorts } from '../os/listening-ports.js';
import { readProcessThreads } from '../os/process-threads.js';
import type { Post } from '../stacks/profiled-thread.js';
import { duration, inline, size } from '../text/format.js';
import type { AgentLook, AgentUndone } from './agent-messages.js';
import { agentOrder } from './agent-order.js';
import { BUILT_IN, evaluate } from './evaluate.js';
import type { InsideLook, LookOptions, WorkerHeap } from './inside-look.js';
import { type InspectorClient, InspectorGone } from './inspector-client.js';
import { AttachError, type OpenInspector } from './open-inspector.js';
import { OpenedMark } from './opened-mark.js';
import { mappedMemory } from './proc-look.js';
import { AttachBusy, RemoteAgent } from './remote-agent.js';
import { isThere, type Target } from './target.js';
import { beginSampling, endSampling, type ThreadSamples } from './thread-samples.js';
import { type JsThread, WorkerLooks } from './worker-looks.js';

const LOOK_AGAIN_MS = 1000;
const FIRST_ANSWER_MS = 6000;
const LONGEST_CLOSING_MS = 3000;
const LATE_CLOSING_MS = 20_000;

/** Starting V8's profiler goes through all code and functions: 1.0 to 1.2 s at 700 MB of heap, 11 to 39 ms at 4 MB. */
const PAUSE_S_PER_BYTE = 1.7 / 2 ** 30;
const LONGEST_UNASKED_PAUSE_S = 1;
const TOLD_PAUSE_S = 0.1;

/** One look by one connection. */
export class Visit {
  private readonly client: InspectorClient;
  private readonly workers: WorkerLooks;
  private agent: RemoteAgent | null = null;
  private sampled: JsThread[] = [];
  private wantsCpu: boolean;
  private closes: boolean;
  private isBusy = false;
  private readonly atItsEnd = new AbortController();

  constructor(
    private readonly target: Target,
    private readonly inspector: OpenInspector,
    private readonly options: LookOptions,
    private readonly stopped: AbortSignal,
    private readonly calls: { readonly tell: (message: string) => void; readonly onBegun: () => void },
  ) {
    this.client = inspector.client;
    this.workers = new WorkerLooks(inspector.client);
    this.wantsCpu = options.stacks.has('cpu');
    this.closes = inspector.opened;
  }

  async look(): Promise<InsideLook> {
    const { target } = this;
    await this.awaitAnswer();
    await this.awaitItsEnd();
    const agent = await this.startAgent();
    const cpuMissing = this.askForPause(agent.began);
    await this.workers.start();
    await this.begin();
    const workersBefore = usedBytes(await this.workerHeaps());
    const cpuBefore = cpuOfMain(target.pid);
    const first = await agent.sample(false);
    this.calls.onBegun();
    const cutShort = await this.wait();
    const last = await agent.sample(true);
    const cpuAfter = cpuOfMain(target.pid);
    const mapped = mappedMemory(target.pid);
    const workers = await this.workerHeaps();
    const nativeTables = await agent.endTracking();
    const samples = await this.end(cpuAfter - cpuBefore);
    return {
      began: agent.began,
      first,
      last,
      samples,
      workers,
      workersBytes: [workersBefore, usedBytes(workers)],
      mainCpuNs: [cpuBefore, cpuAfter],
      nativeTables,
      mapped,
      cpuMissing,
      cutShort,
    };
  }

  /** Whether another attach is at work, which closes the inspector when it has ended. */
  get isLeftToOther(): boolean {
    return this.isBusy && this.inspector.opened;
  }

  /** Undoes everything, whatever has happened before. */
  async leave(): Promise<{ undone: AgentUndone | null; isClosed: boolean }> {
    const { client, target } = this;
    if (this.atItsEnd.signal.aborted) {
      // It does nothing any more but wait for the end of this connection, so nothing can be undone, nor has to be.
      await client.close();
      const isClosed = await this.isClosedWithin(LONGEST_CLOSING_MS);
      for (let ms = 0; ms < LONGEST_CLOSING_MS && isThere(target); ms += 20) await delay(20);
      new OpenedMark(target).remove();
      return { undone: null, isClosed };
    }
    const undone = (await tried(() => this.agent?.undo() ?? Promise.resolve(null))) ?? null;
    await tried(() => this.workers.stop());
    // The look has ended before it was known whether another one is at work.
    const isUnseen = this.agent === null && this.closes;
    if (isUnseen && (await tried(() => RemoteAgent.isAtWork(client, LOOK_AGAIN_MS))) === true) this.leaveToOther();
    if (!this.closes) {
      await (this.isBusy ? client.drop() : client.close());
      return { undone, isClosed: false };
    }
    await tried(() => this.closeInspector(false));
    let isClosed = await this.isClosedWithin(LOOK_AGAIN_MS);
    // Its event loop does not go on, as in an endless loop. Between two of its turns V8 still takes commands.
    if (!isClosed && client.isOpen) await tried(() => this.closeInspector(true));
    isClosed ||= await this.isClosedWithin(client.isOpen ? LATE_CLOSING_MS : LONGEST_CLOSING_MS);
    await client.close();
    isClosed ||= !isThere(target);
    if (isClosed) new OpenedMark(target).remove();
    return { undone, isClosed };
  }

  private async startAgent(): Promise<RemoteAgent> {
    const order = agentOrder(this.target, this.inspector.opened, this.options);
    try {
      this.agent = await RemoteAgent.start(this.client, order, FIRST_ANSWER_MS);
      return this.agent;
    } catch (error) {
      // Both may have sent the signal. The other one closes the inspector when it has ended.
      if (error instanceof AttachBusy) this.leaveToOther();
      throw error;
    }
  }

  private leaveToOther(): void {
    this.isBusy = true;
    this.closes = false;
  }

  /** A program that has come to its end waits for all connections to end, which the one that waits for its time must not let it. */
  private async awaitItsEnd(): Promise<void> {
    this.client.on('NodeRuntime.waitingForDisconnect', () => this.atItsEnd.abort());
    await tried(() => this.client.post('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }));
  }

  /** A program in a long call of native code takes no command until that returns. */
  private async awaitAnswer(): Promise<void> {
    try {
      await this.client.post('Runtime.evaluate', { expression: '1', silent: true }, FIRST_ANSWER_MS);
    } catch (error) {
      if (error instanceof InspectorGone) throw error;
      throw new AttachError(
        `its main thread has not answered within ${FIRST_ANSWER_MS / 1000} s: it is in a long call of native code, or stopped; attach when it goes on`,
      );
    }
  }

  /** @returns why CPU is not sampled */
  private askForPause({ heap }: AgentLook): string | null {
    if (!this.wantsCpu) return null;
    const pauseS = (heap.used_heap_size ?? 0) * PAUSE_S_PER_BYTE;
    const about = `to begin CPU stacks stops the program for about ${inline(duration(pauseS))}, since its JS heap has ${inline(size((heap.used_heap_size ?? 0) / 1024))}`;
    if (pauseS > LONGEST_UNASKED_PAUSE_S && !this.options.mayPause) {
      this.wantsCpu = false;
      return `${about}: --yes allows that`;
    }
    if (pauseS > TOLD_PAUSE_S) this.calls.tell(about);
    return null;
  }

  private async begin(): Promise<void> {
    const { client } = this;
    const main: JsThread = { id: 0, name: 'main', post: (method, params) => client.post(method, params, 60_000) };
    await beginSampling(main, this.wantsCpu);
    this.sampled = [main];
    await Promise.all(
      this.workers.threads.map(async (thread) => {
        if ((await tried(() => beginSampling(thread, this.wantsCpu).then(() => true))) === true)
          this.sampled.push(thread);
      }),
    );
  }

  private async end(mainCpuNs: number): Promise<ThreadSamples[]> {
    const ended = await Promise.all(
      this.sampled.map((thread) =>
        tried(() => endSampling(thread, this.wantsCpu, thread.id === 0 ? mainCpuNs : Number.NaN)),
      ),
    );
    return ended.filter((samples) => samples !== undefined);
  }

  /** @returns why it was shorter than asked for */
  private async wait(): Promise<string | null> {
    const { options, stopped, client, target, atItsEnd } = this;
    const either = AbortSignal.any([stopped, atItsEnd.signal]);
    const begun = performance.now();
    for (
      let leftMs = options.seconds * 1000;
      leftMs > 0;
      leftMs = options.seconds * 1000 - (performance.now() - begun)
    ) {
      await delay(Math.min(leftMs, LOOK_AGAIN_MS), undefined, { signal: either }).catch(() => {});
      if (stopped.aborted) return 'it was interrupted';
      if (atItsEnd.signal.aborted || !client.isOpen || !isThere(target))
        throw new InspectorGone('the process or its inspector has ended meanwhile');
      if (options.stacks.has('native')) await tried(() => this.agent!.lookAgain());
    }
    return null;
  }

  private async workerHeaps(): Promise<WorkerHeap[]> {
    const heaps = await Promise.all(
      this.workers.threads.map((thread) =>
        tried(async () => {
          const { value } = await evaluate(thread.post, WORKER_HEAP);
          const [usedBytes, physicalBytes] = JSON.parse(String(value)) as [number, number];
          return { thread, usedBytes, physicalBytes };
        }),
      ),
    );
    return heaps.filter((heap) => heap !== undefined);
  }

  private async closeInspector(isNow: boolean): Promise<void> {
    if (this.agent !== null) return this.agent.closeInspector(isNow);
    const post: Post = (method, params) => this.client.post(method, params, LOOK_AGAIN_MS);
    await evaluate(post, isNow ? CLOSE_NOW : CLOSE_SOON);
  }

  private async isClosedWithin(ms: number): Promise<boolean> {
    const { host, port } = this.inspector.port;
    const begun = performance.now();
    do {
      if (!listeningPorts(this.target.pid).some((one) => one.port === port && one.host === host)) return true;
      await delay(20);
    } while (performance.now() - begun < ms);
    return false;
  }
}

function usedBytes(heaps: readonly WorkerHeap[]): number {
  return heaps.reduce((sum, { usedBytes: used }) => sum + used, 0);
}

const CLOSE_NOW = `${BUILT_IN}('node:inspector').close()`;
/** `require` is there only while the expression is evaluated. */
const CLOSE_SOON = `{
  const inspector = ${BUILT_IN}('node:inspector');
  ${BUILT_IN}('node:timers').setImmediate(() => inspector.close());
}`;

const WORKER_HEAP = `(() => {
  const heap = ${BUILT_IN}('node:v8').getHeapStatistics();
  return JSON.stringify([heap.used_heap_size, heap.total_physical_size]);
})()`;

/** Undefined where it fails: what is asked for may have gone meanwhile. */
async function tried<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch {
    return undefined;
  }
}

function cpuOfMain(pid: number): number {
  return readProcessThreads(pid).find(({ id }) => id === pid)?.cpuNs ?? Number.NaN;
}
