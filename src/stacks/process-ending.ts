import { Atomics, Object, Reflect, Set } from '../host/intrinsics.js';
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

interface Acting {
  readonly actions: EndingActions;
  hasEnded: boolean;
}

/** All of this thread, in the order in which they came. */
const acting = new Set<Acting>();
/** What is in between now, or could not be taken out: that becomes the outermost again where the program takes its own out. */
const putIns: PutIn[] = [];

/**
 * Acts when the process ends, without a listener, which the program would see. `process.emit` is inherited: while anybody
 * acts, one function is put in between on the object that only the process inherits from.
 *
 * @returns takes it out again
 */
export function aroundProcessEvents(actions: EndingActions): () => void {
  const own: Acting = { actions, hasEnded: false };
  if (acting.size === 0 && outermost() === -1) putIns.push(putInBetween());
  acting.add(own);
  return () => {
    const index = acting.delete(own) && acting.size === 0 ? outermost() : -1;
    for (const putIn of index === -1 ? [] : putIns.splice(index, 1)) putIn.takeOut();
  };
}

interface PutIn {
  /** Otherwise a function of the program is in between by now, which may call this one. */
  isOutermost(): boolean;
  takeOut(): void;
}

/** Where it is in `putIns`; -1 where the outermost function is none of ours. */
function outermost(): number {
  return putIns.findIndex((putIn) => putIn.isOutermost());
}

function putInBetween(): PutIn {
  const prototype = Object.getPrototypeOf(processObject) as object;
  const before = Object.getOwnPropertyDescriptor(prototype, 'emit');
  const inherited = (): Emit =>
    (before?.value as Emit | undefined) ?? Reflect.get(Object.getPrototypeOf(prototype), 'emit');
  const value = function emit(this: unknown, type: string | symbol, ...args: unknown[]): boolean {
    for (const { actions } of acting) if (actions.isHidden(type, args[0])) return false;
    if (type !== 'exit' || acting.size === 0) return Reflect.apply(inherited(), this, [type, ...args]) as boolean;
    const giveBack = beforeReallyExit(endAll);
    try {
      return Reflect.apply(inherited(), this, [type, ...args]) as boolean;
    } finally {
      giveBack();
      endAll();
    }
  };
  Reflect.defineProperty(prototype, 'emit', { value, writable: true, configurable: true, enumerable: false });
  return {
    isOutermost: () => Object.getOwnPropertyDescriptor(prototype, 'emit')?.value === value,
    takeOut() {
      if (before === undefined) Reflect.deleteProperty(prototype, 'emit');
      else Reflect.defineProperty(prototype, 'emit', before);
    },
  };
}

function endAll(): void {
  for (const each of acting) {
    if (each.hasEnded) continue;
    each.hasEnded = true;
    each.actions.ended();
  }
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
