/**
 * Node itself calls `process.nextTick`: it delivers messages of the parent, and confirms what was sent. Fake timers
 * replace it by a function that does nothing.
 */
import { Promise, Reflect } from './intrinsics.js';
import { processObject } from './process.js';
import { setImmediate } from './tasks.js';

const { nextTick } = processObject;

/** Runs code of Node that may schedule something, with the original `process.nextTick` in place. */
export function withNextTick<T>(fn: () => T): T {
  const programs = processObject.nextTick;
  if (programs === nextTick || !Reflect.set(processObject, 'nextTick', nextTick)) return fn();
  try {
    return fn();
  } finally {
    Reflect.set(processObject, 'nextTick', programs);
  }
}

/** Whether `process.nextTick` works, where the program has replaced it. */
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
