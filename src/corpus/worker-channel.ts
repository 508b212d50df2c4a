import { Promise } from '../host/intrinsics.js';
import { withNextTick } from '../host/next-tick.js';
import { addProcessListener, exitProcess, processObject, removeProcessListener } from '../host/process.js';
import type { AnyFunction } from '../model/profiler.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** Signals to the whole process group are meant for the parent, which tells the worker whether to stop or to go on. */
const SIGNALS_OF_THE_PARENT = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR2'] as const;

/**
 * The channel to the parent is hidden from the pipeline: a library that finds `process.send` takes itself for the
 * worker of a cluster, and the parent would take what it sends for a message of stageprof.
 */
const send = processObject.send?.bind(processObject);
delete processObject.send;
const { channel } = processObject;

/** Resolves when the parent has the message, or is gone. */
export function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (processObject.connected) withNextTick(() => send?.(message, undefined, undefined, () => resolve()));
    else resolve();
  });
}

/**
 * Lets the process come to its end while it waits for the pipeline: with the channel holding it, a promise that nothing
 * can settle would never be noticed.
 */
export function releaseProcess(): void {
  channel?.unref();
}

/** Lets the channel keep the process again. */
export function holdProcess(): void {
  channel?.ref();
}

let take = (_: ToWorker): void => {};
const onMessage = (message: ToWorker): void => take(message);
const onSignal = (): void => {};
const onDisconnect = (): void => exitProcess();

/** @param onOrder is given what the parent tells from now on */
export function listenToParent(onOrder: (message: ToWorker) => void): void {
  take = onOrder;
  listenAgain();
}

/** Puts back the listeners that a pipeline may have taken off: without them the run would wait for ever. */
export function listenAgain(): void {
  for (const signal of SIGNALS_OF_THE_PARENT) replaceListener(signal, onSignal);
  replaceListener('disconnect', onDisconnect);
  replaceListener('message', onMessage);
}

function replaceListener(event: string, listener: AnyFunction): void {
  removeProcessListener(event, listener);
  addProcessListener(event, listener);
}
