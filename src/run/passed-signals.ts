import type { ChildProcess } from 'node:child_process';
import { isStopped, sharesTerminalKeys } from '../os/terminal-keys.js';

/** By a key (Ctrl-C, Ctrl-\, Ctrl-Z) the terminal sends these to every process of its foreground group. */
const KEY_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGTSTP']);

/** What is sent to this process and meant for the program. SIGKILL and SIGSTOP cannot be passed on. */
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

/** How long a program may take to stop, and how often it is looked at. */
const STOP_WITHIN_MS = 500;
const STOP_POLL_MS = 10;

/**
 * Passes on to a child what this process is sent, from its construction to `close`; nothing of it ends this process.
 *
 * A signal of a key is not passed on where the child shares the foreground of the terminal: the child has it
 * already, and many programs take a second Ctrl-C as "at once". All others are, even if the sender may have reached
 * the child too: Slurm sends SIGTERM to a whole tree under one of its settings and to its root alone under another,
 * and who does not handle it twice ends by it once.
 */
export class PassedSignals {
  #child: ChildProcess | undefined;
  /** Arrived before there was a child. */
  readonly #early: NodeJS.Signals[] = [];

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#child === undefined) this.#early.push(signal);
    else this.#pass(signal, this.#child);
  };

  constructor() {
    for (const signal of PASSED_SIGNALS) process.on(signal, this.#onSignal);
  }

  /** From here on there is someone to pass them to. */
  attach(child: ChildProcess): void {
    this.#child = child;
    for (const signal of this.#early.splice(0)) child.kill(signal);
  }

  close(): void {
    for (const signal of PASSED_SIGNALS) process.off(signal, this.#onSignal);
  }

  #pass(signal: NodeJS.Signals, child: ChildProcess): void {
    // Its process id may be another's as soon as it has been waited for.
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (!(KEY_SIGNALS.has(signal) && sharesTerminalKeys(child.pid))) child.kill(signal);
    if (signal === 'SIGTSTP') stopWith(child, performance.now() + STOP_WITHIN_MS);
  }
}

/**
 * Stops this process once the child has stopped: the shell that waits for this one takes the terminal back only
 * then. A child that does not stop is not left without one that waits for it.
 */
function stopWith(child: ChildProcess, untilMs: number): void {
  if (isStopped(child.pid!)) process.kill(process.pid, 'SIGSTOP');
  else if (performance.now() < untilMs) setTimeout(stopWith, STOP_POLL_MS, child, untilMs);
}
