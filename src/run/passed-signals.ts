import type { ChildProcess } from 'node:child_process';
import { isStopped } from '../os/process-stat.js';
import { sharesTerminalKeys } from '../os/terminal-keys.js';

/** The terminal sends these for a key (Ctrl-C, Ctrl-\, Ctrl-Z) to every process of its foreground group. */
const KEY_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGTSTP']);

/** Signals to this process that are meant for the program. SIGKILL and SIGSTOP cannot be passed on. */
export const PASSED_SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGCONT',
  'SIGTSTP',
] as const satisfies readonly NodeJS.Signals[];

/** How long a program may take to stop, and how often that is checked. */
const STOP_WITHIN_MS = 10_000;
const STOP_POLL_MS = 10;

/**
 * Passes the signals that this process gets on to a child, from construction to `close`. None of them ends this process.
 *
 * The signal of a key is not passed on where the child is in the foreground of the same terminal: the child has the
 * signal already, and many programs take a second Ctrl-C as "at once". All other signals are passed on, even though
 * the sender may have reached the child too: depending on its settings, Slurm sends SIGTERM to a whole tree or to its
 * root alone, and a program that does not handle it ends at the first.
 */
export class PassedSignals {
  #child: ChildProcess | undefined;
  /** Signals that arrived before there was a child. */
  readonly #early: NodeJS.Signals[] = [];
  /** The next look at whether the child has stopped. */
  #nextLook: NodeJS.Timeout | undefined;

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#child === undefined) this.#early.push(signal);
    else this.#pass(signal, this.#child);
  };

  constructor() {
    for (const signal of PASSED_SIGNALS) process.on(signal, this.#onSignal);
  }

  /** From here on, signals are passed to this child. */
  attach(child: ChildProcess): void {
    this.#child = child;
    for (const signal of this.#early.splice(0)) child.kill(signal);
  }

  close(): void {
    for (const signal of PASSED_SIGNALS) process.off(signal, this.#onSignal);
    clearTimeout(this.#nextLook);
  }

  #pass(signal: NodeJS.Signals, child: ChildProcess): void {
    if (!isThere(child)) return;
    if (!(KEY_SIGNALS.has(signal) && sharesTerminalKeys(child.pid!))) child.kill(signal);
    if (signal !== 'SIGTSTP' && signal !== 'SIGCONT') return;
    // What was to stop goes on, or is waited for anew: two waits would stop this process twice.
    clearTimeout(this.#nextLook);
    if (signal === 'SIGTSTP') this.#stopWith(child, performance.now() + STOP_WITHIN_MS);
  }

  /**
   * Stops this process once the child has stopped: only then does the shell take the terminal back. While the child goes
   * on, this process stays to wait for it.
   */
  #stopWith(child: ChildProcess, untilMs: number): void {
    if (!isThere(child)) return;
    if (isStopped(child.pid!)) process.kill(process.pid, 'SIGSTOP');
    else if (performance.now() < untilMs) {
      this.#nextLook = setTimeout(() => this.#stopWith(child, untilMs), STOP_POLL_MS);
    }
  }
}

/** Once a child has been waited for, another process may have its id. */
function isThere(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
