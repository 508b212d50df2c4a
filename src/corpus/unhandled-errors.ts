import { addProcessListener, removeProcessListener } from '../host/process.js';
import { type Failure, failureOf } from './failure.js';

/**
 * Takes errors that nobody caught, and promises that can no longer settle, while a corpus runs.
 *
 * Without it, an `await` that one input forgot would end a run over ten thousand others, and a promise that never
 * settles would end the run with exit code 0, since Node exits when nothing is left to wait for.
 */
export class UnhandledErrors {
  /** Takes the errors while an input runs. */
  #running: ((failure: Failure) => void) | undefined;
  /** Errors that came up between two inputs, so that no input can be blamed for them. */
  #unclaimed: Failure[] = [];

  readonly #onUncaught = (error: unknown): void => {
    const failure = failureOf('uncaught', error);
    if (this.#running === undefined) this.#unclaimed.push(failure);
    else this.#running(failure);
  };

  // Work that begins in `beforeExit` keeps the process alive, and the run goes on with the next input.
  readonly #onIdle = (): void => {
    this.#running?.({ kind: 'unsettled', message: 'its promise is pending and nothing is left that could settle it' });
  };

  constructor() {
    this.listen();
  }

  /** To be called again where something may have taken all listeners off. */
  listen(): void {
    this.close();
    addProcessListener('uncaughtException', this.#onUncaught);
    addProcessListener('beforeExit', this.#onIdle);
  }

  /** Gives what comes up from now on to `running`, until this is called without one. */
  watch(running?: (failure: Failure) => void): void {
    this.#running = running;
  }

  /** The errors that came up between inputs since the last call. */
  takeUnclaimed(): Failure[] {
    return this.#unclaimed.splice(0);
  }

  close(): void {
    removeProcessListener('uncaughtException', this.#onUncaught);
    removeProcessListener('beforeExit', this.#onIdle);
  }
}
