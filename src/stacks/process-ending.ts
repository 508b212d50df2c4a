import { Atomics, Object, Reflect } from '../host/intrinsics.js';
import { processObject } from '../host/process.js';

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;
type Ending = { reallyExit(code?: number): never };

/** What is done around the events of the process. */
export interface EndingActions {
  /** Whether an event is about the profiler itself, and not to be seen. */
  isHidden(event: string | symbol, argument: unknown): boolean;
  /** Called once, when all listeners to `exit` have been called, also where one of them ends the process at once. */
  ended(): void;
}

/**
 * Acts when the process ends, without a listener, which the program would see. `process.emit` is inherited: it is put in
 * between on the object that only the process inherits from.
 *
 * @returns takes it out again
 */
export function aroundProcessEvents({ isHidden, ended }: EndingActions): () => void {
  const prototype = Object.getPrototypeOf(processObject) as object;
  const before = Object.getOwnPropertyDescriptor(prototype, 'emit');
  const inherited = (): Emit =>
    (before?.value as Emit | undefined) ?? Reflect.get(Object.getPrototypeOf(prototype), 'emit');
  let isOver = false;
  const once = (): void => {
    if (isOver) return;
    isOver = true;
    ended();
  };
  const value = function emit(this: unknown, type: string | symbol, ...args: unknown[]): boolean {
    if (isHidden(type, args[0])) return false;
    if (type !== 'exit') return Reflect.apply(inherited(), this, [type, ...args]) as boolean;
    const giveBack = beforeReallyExit(once);
    try {
      return Reflect.apply(inherited(), this, [type, ...args]) as boolean;
    } finally {
      giveBack();
      once();
    }
  };
  Reflect.defineProperty(prototype, 'emit', { value, writable: true, configurable: true, enumerable: false });
  return () => {
    if (Object.getOwnPropertyDescriptor(prototype, 'emit')?.value !== value) return;
    if (before === undefined) Reflect.deleteProperty(prototype, 'emit');
    else Reflect.defineProperty(prototype, 'emit', before);
  };
}

/** A listener to `exit` that calls `process.exit` ends the process at once. */
function beforeReallyExit(act: () => void): () => void {
  const target = processObject as unknown as Ending;
  const before = Object.getOwnPropertyDescriptor(target, 'reallyExit');
  const { reallyExit } = target;
  const value = (...args: [code?: number]): never => {
    act();
    return Reflect.apply(reallyExit, target, args) as never;
  };
  if (before === undefined || !Reflect.defineProperty(target, 'reallyExit', { ...before, value })) return () => {};
  return () => {
    if (target.reallyExit === (value as unknown)) Reflect.defineProperty(target, 'reallyExit', before);
  };
}

/** Waits for a word of shared memory to change. Meanwhile this thread answers the inspector, between two short sleeps. */
export function awaitWord(words: Int32Array, index: number, expected: number, isLate: () => boolean): boolean {
  for (;;) {
    const seen = Atomics.load(words, index);
    if (seen === expected) return true;
    if (isLate()) return false;
    Atomics.wait(words, index, seen, 1);
  }
}
