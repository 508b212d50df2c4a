import { readFileSync } from 'node:fs';
import { exitCodeOfSignal } from '../os/exit-status.js';

export type StopSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', ...hangUp()];

/**
 * A second signal within this time is a repetition of the first: npx and srun pass on what the terminal or Slurm has
 * already sent to the whole group.
 */
const ECHO_MS = 1000;

/** Turns the first SIGHUP, SIGINT or SIGTERM into a call. A later one ends the process at once. */
export class StopSignals {
  #received: StopSignal | undefined;
  #receivedAtMs = 0;

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#received === undefined) {
      this.#received = signal as StopSignal;
      this.#receivedAtMs = performance.now();
      this.onStop(this.#received);
    } else if (performance.now() - this.#receivedAtMs > ECHO_MS) {
      process.exit(exitCodeOfSignal(this.#received));
    }
  };

  constructor(readonly onStop: (signal: StopSignal) => void) {
    for (const signal of STOP_SIGNALS) process.on(signal, this.#onSignal);
  }

  /** The signal that stopped the run. */
  get received(): StopSignal | undefined {
    return this.#received;
  }

  close(): void {
    for (const signal of STOP_SIGNALS) process.off(signal, this.#onSignal);
  }
}

/** No SIGHUP where it is ignored, as under `nohup`: to listen to it would undo that. Node does not tell, /proc does. */
function hangUp(): StopSignal[] {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return (BigInt(`0x${ignored ?? 0}`) & 1n) === 1n ? [] : ['SIGHUP'];
  } catch {
    return [];
  }
}
