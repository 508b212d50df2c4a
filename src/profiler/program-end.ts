import { Error, Object, Reflect, String } from '../host/intrinsics.js';
import { addProcessListener, processListeners, processObject } from '../host/process.js';
import { queueMicrotask } from '../host/tasks.js';

type Ending = { reallyExit(code?: number): never };

/**
 * Acts once, when the program has ended and its listeners to `exit` have been called, in whichever order these were
 * added. It does so by one listener of its own. After an uncaught error nothing runs behind the listeners: the listener
 * then acts in its turn.
 */
export function atProgramEnd(act: () => void): void {
  const onExit = (): void => {
    if (processListeners('exit').at(-1) === onExit || isUncaught()) act();
    else actLater(act);
  };
  addProcessListener('exit', onExit);
}

/**
 * Where the program ended by itself, microtasks run once more after the listeners. Where the program has called
 * `process.exit`, that function calls `process.reallyExit` next, which is replaced for these last moments.
 */
function actLater(act: () => void): void {
  const target = processObject as unknown as Ending;
  const before = Object.getOwnPropertyDescriptor(target, 'reallyExit');
  const { reallyExit } = target;
  let isDone = false;
  const once = (): void => {
    if (isDone) return;
    isDone = true;
    if (before !== undefined) Reflect.defineProperty(target, 'reallyExit', before);
    act();
  };
  const value = (...args: [code?: number]): never => {
    once();
    return Reflect.apply(reallyExit, target, args) as never;
  };
  // A process object that is frozen is left alone. Then nothing tells when the listeners are done.
  if (before === undefined || !Reflect.defineProperty(target, 'reallyExit', { ...before, value })) once();
  else queueMicrotask(once);
}

/** Found by the stack: Node gives listeners to `exit` only a code, which a program may have set itself. */
function isUncaught(): boolean {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = 20;
    Reflect.set(Error, 'prepareStackTrace', undefined);
    return String(new Error().stack).includes('_fatalException');
  } catch {
    return true;
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
  }
}
