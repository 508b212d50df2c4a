import { Atomics, Int32Array, SharedArrayBuffer } from '../host/intrinsics.js';
import { formatWarning } from '../model/warnings.js';

/** Each recorder of a thread takes some 90 KB until the main thread has read it. */
const MOST_THREADS = 1000;

const TAKEN = 0;
const REFUSED = 1;

/** Makes the counts, all zero. They are shared by the threads of a process. */
export function threadRoom(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

/** Whether another thread may have a recorder; if not, the thread is counted. */
export function takeRoom(room: SharedArrayBuffer): boolean {
  const counts = new Int32Array(room);
  if (Atomics.add(counts, TAKEN, 1) < MOST_THREADS) return true;
  Atomics.sub(counts, TAKEN, 1);
  Atomics.add(counts, REFUSED, 1);
  return false;
}

/** To be called when the recorders of so many threads have been read and removed. */
export function giveRoomBack(room: SharedArrayBuffer, threads: number): void {
  Atomics.sub(new Int32Array(room), TAKEN, threads);
}

/** Says how many threads were refused since the last call. */
export function takeRoomWarnings(room: SharedArrayBuffer): string[] {
  const refused = Atomics.exchange(new Int32Array(room), REFUSED, 0);
  return refused === 0 ? [] : [formatWarning(`worker threads not measured, past ${MOST_THREADS}`, refused)];
}
