import { Object } from '../host/intrinsics.js';
import { promiseHooks } from '../host/process.js';
import { AsyncLocalStorage, AsyncResource, createHook, executionAsyncResource, queueMicrotask } from '../host/tasks.js';
import type { ContextFrame, Frame, StageContext } from './context.js';
import type { Execution } from './execution.js';

/**
 * Where this Node keeps the stores of AsyncLocalStorage: on the `resource` that is being executed (Node 20 and 22,
 * where a hook on entry sees the store of what is entered), or in a `frame` that V8 carries from a promise to its
 * continuations (24 and 26, where hooks on AsyncResources run before theirs is set).
 */
type StoreLocation =
  | { readonly kept: 'on resource' }
  /** `property` of an AsyncResource holds its frame. */
  | { readonly kept: 'in frame'; readonly property: symbol | undefined };

/** How to learn when execution enters a callback or continuation; or why that is not possible. */
export type FoundHooks =
  | { readonly location: StoreLocation; readonly method: string; readonly missing: null }
  | { readonly location: null; readonly missing: string };

/** Found by trying, since the flag `--async-context-frame` changes it within a version. Takes some 0.2 ms, once. */
export function findExecutionHooks(): FoundHooks {
  try {
    const location = findStoreLocation();
    if (location === null) return { location, missing: 'this runtime does not follow async contexts as Node does' };
    if (location.kept === 'on resource') return { location, method: 'async_hooks', missing: null };
    if (typeof promiseHooks?.onBefore !== 'function') {
      return { location: null, missing: 'this runtime has no v8.promiseHooks' };
    }
    return { location, method: 'v8.promiseHooks and async_hooks', missing: null };
  } catch (error) {
    return { location: null, missing: `this runtime has no async hooks: ${(error as Error).message}` };
  }
}

function findStoreLocation(): StoreLocation | null {
  const storage = new AsyncLocalStorage<object>();
  const mark = {};
  let seenOnEntry: object | undefined;
  let seenInside: object | undefined;
  const resource = storage.run(mark, () => new AsyncResource('stageprof'));
  const hook = createHook({
    before: () => {
      seenOnEntry = storage.getStore();
    },
  }).enable();
  try {
    resource.runInAsyncScope(() => {
      seenInside = storage.getStore();
    });
    if (seenInside !== mark) return null;
    if (seenOnEntry === mark) return { kept: 'on resource' };
    return { kept: 'in frame', property: framePropertyOf(resource, storage, mark) };
  } finally {
    hook.disable();
    storage.disable();
  }
}

type Resource = { readonly [property: symbol]: ContextFrame | undefined };

function framePropertyOf(resource: object, storage: AsyncLocalStorage<object>, mark: object): symbol | undefined {
  return Object.getOwnPropertySymbols(resource).find((property) => {
    const value = (resource as Resource)[property];
    return typeof value?.get === 'function' && value.get(storage) === mark;
  });
}

/**
 * Tells `execution` each time another async context is entered. That a context is left is told only where execution
 * returns into code that was interrupted: after an outermost callback no code of the program runs.
 *
 * @returns removes the hooks
 */
export function installExecutionHooks(
  location: StoreLocation,
  context: StageContext,
  execution: Execution,
): () => void {
  if (location.kept === 'on resource') {
    return new NestingHooks(execution, { entered: () => context.current(), returned: () => null }).install({});
  }
  const { property } = location;
  const frameHere = (): ContextFrame | undefined | null => {
    if (property === undefined) return null;
    const resource = executionAsyncResource() as Resource;
    return property in resource ? resource[property] : null;
  };
  const hook = new NestingHooks(execution, {
    entered: () => {
      const frame = frameHere();
      return frame === null ? context.current() : context.currentIn(frame);
    },
    // By then the frame of the code around is set again, also where that code is a continuation, of which the hook is
    // not told.
    returned: () => (frameHere() === null ? null : context.current()),
  });
  const removeHook = hook.install({ trackPromises: false });
  const removePromiseHook = promiseHooks.onBefore(() => execution.enter(context.current())) as () => void;
  return () => {
    removePromiseHook();
    removeHook();
  };
}

interface Frames {
  /** The frame of the callback that is being entered. */
  entered(): Frame;
  /** The frame of the code around a callback that is being left; null where it is not known. */
  returned(): Frame | null;
}

/** Node gives no such id. */
const ENTERED_BEFORE = -1;

/** Callbacks may be entered from within others: by `runInAsyncScope`, or by addons. */
class NestingHooks {
  // Two parallel arrays that never shrink, and a count: an entry allocates nothing, and no length is set.
  private readonly ids: number[] = [];
  private readonly left: Frame[] = [];
  private depth = 0;

  constructor(
    private readonly execution: Execution,
    private readonly frames: Frames,
  ) {
    // What runs now was entered before there were hooks, and nothing may tell its end. It is over by the next
    // microtask.
    this.push(ENTERED_BEFORE);
    queueMicrotask(() => {
      if (this.depth > 0 && this.ids[0] === ENTERED_BEFORE) this.removeOutermost();
    });
  }

  install(options: object): () => void {
    const hook = createHook({ before: (id) => this.before(id), after: (id) => this.after(id), ...options }).enable();
    return () => hook.disable();
  }

  private push(id: number): void {
    const { current } = this.execution;
    this.ids[this.depth] = id;
    this.left[this.depth++] = current;
  }

  private removeOutermost(): void {
    this.ids.copyWithin(0, 1, this.depth);
    this.left.copyWithin(0, 1, this.depth--);
  }

  // What a hook throws ends the process, and out of stack anything may throw.
  private before(id: number): void {
    try {
      this.push(id);
      this.execution.enter(this.frames.entered());
    } catch {}
  }

  private after(id: number): void {
    try {
      let depth = this.depth - 1;
      while (depth >= 0 && this.ids[depth] !== id) depth--;
      if (depth >= 0) this.depth = depth;
      const frame = this.frames.returned() ?? (depth > 0 ? this.left[depth]! : null);
      if (frame !== null) this.execution.enter(frame);
    } catch {}
  }
}
