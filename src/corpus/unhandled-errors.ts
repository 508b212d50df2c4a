import { addProcessListener, removeProcessListener } from '../host/process.js';
import { type Failure, failureOf } from './failure.js';

/**
 * Errors that nobody caught and promises that can no longer settle, while a corpus runs.
 *
 * Without it one input's forgotten `await` would end a run over ten thousand others, and a promise that never
 * settles would end it with exit code 0, since Node leaves when nothing is left to wait for.
 */
export class UnhandledErrors {
  /** Takes the errors while an input runs. */
  #running: ((failure: Failure) => void) | undefined;
  /** Those that came between two inputs, which nobody can be blamed for. */
  #unclaimed: Failure[] = [];

  readonly #onUncaught = (error: unknown): void => {
    const failure = failureOf('uncaught', error);
    if (this.#running === undefined) this.#unclaimed.push(failure);
    else this.#running(failure);
  };

  // Work that is begun in `beforeExit` keeps the process alive: the run goes on with the next input.
  readonly #onIdle = (): void => {
    this.#running?.({ kind: 'unsettled', message: 'its promise is pending and nothing is left that could settle it' });
  };

  constructor() {
    this.listen();
  }

  /** Also again, where something may have taken all listeners off. */
  listen(): void {
    this.close();
    addProcessListener('uncaughtException', this.#onUncaught);
    addProcessListener('beforeExit', this.#onIdle);
  }

  /** Sends what comes up from now on to `running`, until it is called without one. */
  watch(running?: (failure: Failure) => void): void {
    this.#running = running;
  }

  /** The errors between inputs since the last call. */
  takeUnclaimed(): Failure[] {
    return this.#unclaimed.splice(0);
  }

  close(): void {
    removeProcessListener('uncaughtException', this.#onUncaught);
    removeProcessListener('beforeExit', this.#onIdle);
  }
}
