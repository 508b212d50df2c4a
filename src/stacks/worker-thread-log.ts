import { wallNs } from '../host/clock.js';
import { BroadcastChannel } from '../host/inspector.js';
import { Atomics, Int32Array, SharedArrayBuffer, Uint8Array } from '../host/intrinsics.js';
import { threadId } from '../host/process.js';
import { LabelIds } from './label-ids.js';
import { aroundProcessEvents, awaitWord } from './process-ending.js';
import {
  type Flushed,
  type FromThread,
  HEARD,
  HEARD_WORDS,
  NOTHING_SAMPLED,
  type SamplingAccount,
} from './sampling-messages.js';
import { makeRing } from './stage-ring.js';

/** A thread that ends waits for the main thread too, which may be in a call that blocks. */
const LONGEST_END_NS = 3e8;
/** The sampling thread hears of a log within this time, if there is one. */
const LONGEST_HEARING_NS = 1e8;

const NOT_SAMPLED = 'the main thread samples no CPU stacks';

/**
 * Tells the sampling thread, which belongs to the main thread, where the log of this worker thread is. All profilers of the
 * thread share one.
 */
export class WorkerThreadLog {
  readonly ring = makeRing();
  users = 0;
  private readonly ids = new LabelIds((id, label) => {
    if (!this.isOver) this.tell({ type: 'thread label', thread: threadId, id, label });
  });
  /** `HEARD` words, which the sampling thread writes. */
  private readonly heard = new Int32Array(new SharedArrayBuffer(HEARD_WORDS * Int32Array.BYTES_PER_ELEMENT));
  private readonly hearingEndsNs = wallNs() + LONGEST_HEARING_NS;
  private readonly channel: InstanceType<typeof BroadcastChannel>;
  private readonly takeOut = aroundProcessEvents({ isHidden: () => false, ended: () => this.end() });
  private isOver = false;

  /** @param closed called when the last profiler of the thread is closed */
  constructor(
    channel: string,
    private readonly closed: () => void,
  ) {
    this.channel = new BroadcastChannel(channel);
    this.channel.unref();
    this.tell({ type: 'log', thread: threadId, ring: this.ring, heard: this.heard });
  }

  get account(): SamplingAccount {
    const hz = Atomics.load(this.heard, HEARD.hz);
    const isMissing = hz === 0 && (this.isOver || this.isTooLate());
    return { ...NOTHING_SAMPLED, hz, missing: isMissing ? NOT_SAMPLED : null };
  }

  idOf(label: string): number {
    return this.ids.idOf(label);
  }

  /** The main thread has the profile. */
  read(): Flushed {
    return { id: 0, pprof: new Uint8Array(0), account: this.account };
  }

  release(): null {
    if (--this.users > 0) return null;
    this.end();
    this.takeOut();
    this.channel.close();
    this.closed();
    return null;
  }

  /** The last profile is taken while the thread can still answer. */
  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    const ended = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.tell({ type: 'ending', thread: threadId, ended });
    const deadline = wallNs() + LONGEST_END_NS;
    awaitWord(ended, 0, 1, () => this.isTooLate() || wallNs() > deadline);
  }

  /** Whether nobody samples this thread. One that ends just after its start may not have been heard of yet. */
  private isTooLate(): boolean {
    if (Atomics.load(this.heard, HEARD.isOver) !== 0) return true;
    return Atomics.load(this.heard, HEARD.hz) === 0 && wallNs() > this.hearingEndsNs;
  }

  private tell(message: FromThread): void {
    this.channel.postMessage(message);
  }
}
