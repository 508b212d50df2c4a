/**
 * Node calls `process.nextTick` itself: messages of the parent come in by it, and what is sent is confirmed by it. Fake
 * timers replace it by one that does nothing.
 */
import { Promise, Reflect } from './intrinsics.js';
import { processObject } from './process.js';
import { setImmediate } from './tasks.js';

const { nextTick } = processObject;

/** Runs code of Node's that schedules something. */
export function withNextTick<T>(fn: () => T): T {
  const programs = processObject.nextTick;
  if (programs === nextTick || !Reflect.set(processObject, 'nextTick', nextTick)) return fn();
  try {
    return fn();
  } finally {
    Reflect.set(processObject, 'nextTick', programs);
  }
}

/** Whether what the program has put in its place, if anything, does what it should. */
export function isNextTickIntact(): Promise<boolean> {
  const programs = processObject.nextTick;
  return new Promise((resolve) => {
    let hasRun = programs === nextTick;
    if (hasRun) {
      resolve(true);
      return;
    }
    setImmediate(() => resolve(hasRun));
    try {
      processObject.nextTick(() => {
        hasRun = true;
      });
    } catch {
      // It has not run.
    }
  });
}
