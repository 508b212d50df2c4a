import { wallNs } from '../host/clock.js';
import { MessageChannel, receiveMessageOnPort } from '../host/inspector.js';
import { Atomics, Int32Array, SharedArrayBuffer, type Uint8Array } from '../host/intrinsics.js';
import { startOwnThread } from './own-thread.js';
import { aroundProcessEvents, awaitWord } from './process-ending.js';
import { WRITING_THREAD_NAME } from './sampling-name.js';

/** What the writing thread is given. */
export interface WritingOrder {
  /** A file of pprof; undefined without CPU stacks. */
  readonly cpu: Uint8Array | undefined;
  /** See `readSites`. */
  readonly native: ArrayBuffer;
  /** Becomes 1 when the answer, a `Uint8Array`, is on the port. */
  readonly state: Int32Array;
}

const LONGEST_WAIT_NS = 10e9;

/**
 * Stacks of both kinds as one file of pprof. Reading and writing it takes libraries that work by promises; so another thread
 * does it, while this one waits, and the program's functions stay out of it.
 *
 * Used inside programs.
 *
 * @returns the CPU stacks alone where that thread fails
 */
export function writeStacks(cpu: Uint8Array | undefined, native: ArrayBuffer): Uint8Array | undefined {
  const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const { port1, port2 } = new MessageChannel();
  const order: WritingOrder = { cpu, native, state };
  let worker: unknown = null;
  const takeOut = aroundProcessEvents({
    isHidden: (event, argument) => event === 'worker' && argument === worker,
    ended: () => {},
  });
  try {
    const started = startOwnThread({
      file: 'writing-thread.js',
      name: WRITING_THREAD_NAME,
      data: { order, port: port2 },
      port: port2,
    });
    worker = started;
    // Without a listener its error would be the program's.
    started.on('error', () => Atomics.store(state, 0, -1));
    started.on('exit', takeOut);
    const deadline = wallNs() + LONGEST_WAIT_NS;
    awaitWord(state, 0, 1, () => wallNs() > deadline || Atomics.load(state, 0) < 0);
    started.terminate();
    return (receiveMessageOnPort(port1)?.message as Uint8Array | undefined) ?? cpu;
  } catch {
    takeOut();
    return cpu;
  } finally {
    port1.close();
  }
}
